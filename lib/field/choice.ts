import type { FieldDescription } from "./description.ts";

/** Which output of a field is meant, and which of its inputs derivatives are taken by. */
export interface DerivativeChoice {
  /** The name of the output. It is required if the field has several. */
  output?: string;
  /** The name of the input. It is required if the field has several. */
  input?: string;
}

/**
 * The output that an option names, or the only one.
 *
 * @param who Who asks, for error messages.
 * @throws If the field has no such output, or has several and none is named.
 */
export function chosenOutput(who: string, { outputs }: FieldDescription, asked: string | undefined): string {
  return chosen(who, "output", Object.keys(outputs), asked);
}

/** The same for an input. */
export function chosenInput(who: string, { inputs }: FieldDescription, asked: string | undefined): string {
  return chosen(who, "input", Object.keys(inputs), asked);
}

function chosen(who: string, kind: string, names: readonly string[], asked: string | undefined): string {
  if (asked === undefined && names.length > 1) {
    throw new Error(`${who}: the field has the ${kind}s ${names.join(", ")}; choose one with the option \`${kind}\`.`);
  }
  const name = asked ?? names[0];
  if (!names.includes(name)) throw new Error(`${who}: the field has no ${kind} ${name}, only ${names.join(", ")}.`);
  return name;
}
