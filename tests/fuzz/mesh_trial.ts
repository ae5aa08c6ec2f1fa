import { decodeMesh } from "../../mod.ts";
import { type Choices, damaged, type Trial } from "./fuzz.ts";

/** Words that stand for no number, or for one that is easily misread. */
const WORDS = (
  "nan -nan inf -Infinity 1.#QNAN -1.#IND00 1.#INF 0x10 0b1 1_000 1e 1e+ e5 . - + -. 1.5.2 1,5 1d0 1e999 -1e-999 " +
  "99999999999999999999 4294967295 4294967296 -0 00012 # #1 1#2 1/2/3 1//2 / 0 -1 NaN(0x7f) \x1b[31m \x00 ½ 💥 __proto__ " +
  "constructor v f solid ply OFF end_header \\"
).split(" ");

/** A number as text, in one of many spellings; rarely a word that is none. */
export function numberWord(choices: Choices): string {
  if (choices.below(2000) === 0) return choices.pick(WORDS);
  const value = (choices.number() * 2 - 1) * 10 ** choices.pick([0, 0, 0, 0, 1, -3, 20, -40]);
  switch (choices.below(6)) {
    case 0:
      return value.toFixed(choices.below(9));
    case 1:
      return value.toExponential(choices.below(18));
    case 2:
      return `${Math.round(value)}.`;
    case 3:
      return `+${Math.abs(value)}`;
    default:
      return String(value);
  }
}

/** The number of a corner, rarely one that does not exist or is none. */
export function cornerWord(choices: Choices, vertices: number, base = 0): string {
  const unusual = choices.below(2000);
  if (unusual === 0) return choices.pick(WORDS);
  return String(unusual === 1 ? vertices + base : base + choices.below(Math.max(1, vertices)));
}

/** Lines as a text with any line ends, blanks between words, and rarely a lost or repeated line. */
export function textOf(lines: readonly string[], choices: Choices): Uint8Array {
  const end = choices.pick(["\n", "\n", "\r\n", "\r"]);
  const changed = lines.flatMap((line) => {
    const unusual = choices.below(2000);
    return unusual === 0 ? [] : unusual === 1 ? [line, line] : unusual === 2 ? [line, ""] : [line];
  });
  const mark = choices.below(20) === 0 ? "\ufeff" : "";
  return new TextEncoder().encode(mark + changed.join(end) + choices.pick([end, end, "", " \0\0"]));
}

/** A trial that reads a mesh from bytes, most often damaged ones, and checks what was read. */
export function meshTrial(name: string, bytes: Uint8Array, choices: Choices): Trial {
  return {
    name,
    bytes: choices.below(2) === 0 ? bytes : damaged(bytes, choices),
    async read(bytes) {
      const { positions, indices, warnings } = await decodeMesh(bytes, name);
      const vertices = positions.length / 3;
      for (const vertex of indices) if (vertex >= vertices) throw new TypeError(`no vertex ${vertex} of ${vertices}`);
      for (const vertex of indices) {
        const at = 3 * vertex;
        if (!Number.isFinite(positions[at] + positions[at + 1] + positions[at + 2])) throw new TypeError("not finite");
      }
      for (const warning of warnings) {
        // deno-lint-ignore no-control-regex
        if (!warning.startsWith(name) || /[\x00-\x1f\x7f-\x9f]/.test(warning)) throw new TypeError(warning);
      }
      return positions.byteLength + indices.byteLength;
    },
  };
}
