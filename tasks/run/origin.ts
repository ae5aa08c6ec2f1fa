import project from "../../deno.json" with { type: "json" };
import type { AdapterDescription } from "../../lib/gpu/adapter_description.ts";
import { flag, object, optional, printable, record, type Shaped } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";

/** The device and the versions on which results depend. */
export const originShape = {
  adapter: object({
    name: printable(),
    vendor: printable(),
    architecture: printable(),
    software: flag(),
    backend: optional(printable()),
  }),
  versions: record(printable()),
};

/** The device and the versions on which results depend. */
interface Origin {
  readonly adapter: Shaped<typeof originShape.adapter>;
  readonly versions: Shaped<typeof originShape.versions>;
}

/** This device and these versions. */
export function originOn(adapter: AdapterDescription): Origin {
  return { adapter: { ...adapter }, versions: { project: project.version, ...Deno.version } };
}

/**
 * Checks that results are added to those of the same device and versions, because they must not be mixed.
 *
 * @param what What is continued, for the message.
 * @throws {UserError} If device or versions differ.
 */
export function checkOrigin(path: string, began: Origin, now: Origin, what: string): void {
  const describe = ({ adapter: { name }, versions: { project, deno } }: Origin) =>
    `${name} with Deno ${deno} and version ${project} of this project`;
  if (describe(began) === describe(now)) return;
  throw new UserError(
    `${path}: expected ${describe(began)}, as when the ${what} began, found ${describe(now)}; choose another --name.`,
  );
}
