import type { Place } from "./template.ts";

/** What values fill into a kernel, for error messages. */
export interface KernelPart {
  /** What it is, such as "the activation tanh". */
  readonly name: string;
  /** The names of the values that hold its WGSL, the main one first. The others are files of this project. */
  readonly values: readonly string[];
}

/** A kernel that does not compile. */
interface BrokenKernel {
  /** The kernel's name. */
  readonly name: string;
  /** What the values fill in; undefined where the text is all there is. A name alone stands for all values. */
  readonly part?: string | KernelPart;
  /** Where each line of the code comes from; undefined for empty ones. */
  readonly places: readonly (Place | undefined)[];
  /** The whole WGSL that was compiled. */
  readonly code: string;
}

/**
 * The error about a kernel that does not compile: its name, the text and the line in it, and the reason. The compiler knows only lines of the
 * whole WGSL. Its own message is the cause's.
 *
 * @param error What the device reports.
 */
export function kernelError({ name, part, places, code }: BrokenKernel, error: GPUError): Error {
  const message = error.message.trim();
  const what = part === undefined ? `kernel ${name}` : `kernel ${name} with ${isAll(part) ? part : part.name}`;
  const reason = reasonIn(message);
  const line = lineIn(message);
  if (line === undefined) return new Error(`${what}: ${reason}.`, { cause: error });
  const place = places[line - 1];
  const where = place === undefined
    ? `line ${line} of the whole kernel`
    : `line ${place.line} of ${textName(place, name, part)}`;
  // Either its author's text lacks the function, or the file misspells one.
  const missing = part !== undefined && !(place && isOfPart(place, part)) ? unknownName(message) : undefined;
  if (missing !== undefined) {
    return new Error(`${what}: its WGSL has no function ${missing}, which ${where} calls.`, { cause: error });
  }
  const shown = code.split("\n")[line - 1]?.trim() ?? "";
  return new Error(`${what}: ${where}, "${shown}": ${reason}.`, { cause: error });
}

/**
 * What messages call the text that a line comes from. What a part is made of is its author's text, and otherwise the kernel's is. Other
 * values are called what their files are called.
 */
function textName(place: Place, kernel: string, part: string | KernelPart | undefined): string {
  const { of, name } = place;
  if (of === "snippet") return `wgsl/gpu/snippet/${name}.wgsl`;
  if (of === "template") return part === undefined ? "its WGSL" : `${kernel}.wgsl`;
  if (part === undefined || !isOfPart(place, part)) return `${name}.wgsl`;
  return isAll(part) || name === part.values[0] ? "its WGSL" : `its WGSL "${name}"`;
}

/** Whether a line comes from the text of a part's author. */
function isOfPart({ of, name }: Place, part: string | KernelPart): boolean {
  return of === "value" && (isAll(part) || part.values.includes(name));
}

/** Whether all values are those of the part. */
function isAll(part: string | KernelPart): part is string {
  return typeof part === "string";
}

/** The line of the whole WGSL that a message of naga or Tint is about. */
function lineIn(message: string): number | undefined {
  let shown: number | undefined;
  for (const row of message.split("\n")) {
    shown = Number(/^\s*(\d+) │/.exec(row)?.[1] ?? shown);
    // Below the line that is wrong stands a row of carets; one below a whole function says less.
    if (shown > 0 && /│.*\^/.test(row) && !row.includes("╰")) return shown;
  }
  const found = /┌─ [^\n]*?:(\d+):\d+/.exec(message) ?? /:(\d+):\d+ error/.exec(message);
  return found === null ? undefined : Number(found[1]);
}

/** The reason in a message, without the picture of the code, without a full stop. */
function reasonIn(message: string): string {
  const [first, ...others] = message.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  // naga's validator says what is wrong at the end, and its parser at the beginning.
  const last = others.findLast((line) => line.startsWith(": "));
  const said = last?.slice(": ".length) ?? first.replace(/^Shader '[^']*' parsing error: |^.*?:\d+:\d+ error: /, "");
  return said.replace(/\.$/, "");
}

/** The name that a message says is not defined. */
function unknownName(message: string): string | undefined {
  const found = /no definition in scope for identifier: `(\w+)`/.exec(message) ??
    /unresolved [a-z ]+ '(\w+)'/.exec(message);
  return found?.[1];
}
