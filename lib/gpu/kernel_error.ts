/** A kernel that does not compile. */
interface BrokenKernel {
  /** The kernel's name. */
  readonly name: string;
  /** What the values fill in, such as "the activation tanh"; undefined where the text is all there is. */
  readonly part?: string;
  /** The texts of the kernel's author as they were given: those that were filled in if there is such a part. */
  readonly texts: readonly string[];
  /** The whole WGSL that was compiled. */
  readonly code: string;
}

/**
 * The error about a kernel that does not compile: its name, the line in the text that its author wrote, and the reason. The compiler knows
 * only lines of the whole WGSL. Its own message is the cause's.
 *
 * @param error What the device reports.
 */
export function kernelError({ name, part, texts, code }: BrokenKernel, error: GPUError): Error {
  const message = error.message.trim();
  const what = part === undefined ? `kernel ${name}` : `kernel ${name} with ${part}`;
  const reason = reasonIn(message);
  const line = lineIn(message);
  if (line === undefined) return new Error(`${what}: ${reason}.`, { cause: error });
  const own = texts.map((text) => ownLine(text, code, line)).find((found) => found !== undefined);
  const missing = own === undefined && part !== undefined ? unknownName(message) : undefined;
  if (missing !== undefined) return new Error(`${what}: its WGSL has no function ${missing}.`, { cause: error });
  const place = own === undefined ? `line ${line} of the whole kernel` : `line ${own} of its WGSL`;
  const shown = code.split("\n")[line - 1]?.trim() ?? "";
  return new Error(`${what}: ${place}, "${shown}": ${reason}.`, { cause: error });
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

/** The line of an author's text that a line of the whole WGSL comes from; undefined if it comes from elsewhere. */
function ownLine(text: string, code: string, line: number): number | undefined {
  let before = 0;
  // Between its tags the text stands in the WGSL as it is.
  for (const piece of text.split(/(\{\{[^}]*\}\})/)) {
    const at = piece.trim() === "" ? -1 : code.indexOf(piece);
    const offset = line - 1 - linesIn(code.slice(0, at));
    const found = at < 0 ? undefined : piece.split("\n")[offset];
    if (found !== undefined && found.trim() !== "") return before + offset + 1;
    before += linesIn(piece);
  }
}

/** The number of line ends in a text. */
function linesIn(text: string): number {
  return text.split("\n").length - 1;
}
