import type { Choices } from "./fuzz.ts";
import { cornerWord, numberWord } from "./mesh_trial.ts";

const OTHERS =
  "vt 0 1|vn 0 0 1|g a b|usemtl #red|s off|l 1 2|p 1|ver 1.0|surf 0 1 0 1 1|call x.obj|csh rm|# f 1 2|0 1 2".split("|");

/** The lines of an OBJ file whose statements are in any order. */
export function objLines(choices: Choices): string[] {
  const total = 3 + choices.below(30);
  const lines: string[] = [];
  let vertices = 0;
  for (let i = 0; i < 3 * total; i++) {
    const kind = choices.below(20);
    if (kind < 9 && vertices < total) {
      lines.push(`v ${[0, 1, 2].map(() => numberWord(choices)).join(choices.pick([" ", "  ", "\t"]))}`);
      vertices++;
    } else if (kind < 18) {
      const count = choices.below(12) === 0 ? choices.below(40) : 3 + choices.below(3);
      const corners = Array.from({ length: count }, () => corner(choices, vertices, total));
      lines.push(`f ${corners.join(choices.below(30) === 0 ? " \\\n " : " ")}`);
    } else if (kind === 18) lines.push(choices.pick(OTHERS));
    else lines.push(`# ${numberWord(choices)} \\`);
  }
  while (vertices < total && choices.below(50) > 0) {
    lines.push(`v ${[0, 1, 2].map(() => numberWord(choices)).join(" ")}`);
    vertices++;
  }
  return lines;
}

function corner(choices: Choices, vertices: number, total: number): string {
  const vertex = vertices > 0 && choices.below(4) === 0
    ? `-${1 + choices.below(vertices)}`
    : cornerWord(choices, total, 1);
  return vertex + choices.pick(["", "", "/1", "//2", "/3/4"]);
}
