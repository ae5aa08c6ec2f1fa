import { type Choices, fuzz } from "./fuzz.ts";
import { meshTrial, numberWord, textOf } from "./mesh_trial.ts";

fuzz("STL", (choices) => {
  const bytes = choices.below(2) === 0 ? binary(choices) : textOf(lines(choices), choices);
  return meshTrial(choices.pick(["x.stl", "x.stl", "x"]), bytes, choices);
});

function binary(choices: Choices): Uint8Array {
  const faces = choices.below(20);
  const bytes = new Uint8Array(84 + 50 * faces + choices.pick([0, 0, 0, 1, 50, 77]));
  bytes.set(new TextEncoder().encode(choices.pick(["solid x", "ply ", "OFF 1", "", "v 0 0 0"])));
  const view = new DataView(bytes.buffer);
  view.setUint32(80, choices.pick([faces, faces, faces, 0, 2 ** 32 - 1, faces + 1, choices.below(2 ** 32)]), true);
  for (let face = 0; face < faces; face++) {
    for (let i = 0; i < 12; i++) {
      const value = choices.below(400) === 0 ? choices.pick([NaN, Infinity, 3e38]) : choices.below(5) - 2;
      view.setFloat32(84 + 50 * face + 4 * i, value, true);
    }
  }
  if (choices.below(9) === 0) { for (let i = 84 + 50 * faces; i < bytes.length; i++) bytes[i] = choices.below(256); }
  return bytes;
}

function lines(choices: Choices): string[] {
  const written = ["solid x"];
  for (let face = choices.below(12); face > 0; face--) {
    written.push("facet normal 0 0 1", "  outer loop");
    for (let corner = 0; corner < choices.pick([3, 3, 3, 3, 4, 2]); corner++) {
      written.push(`    vertex ${[0, 1, 2].map(() => numberWord(choices)).join(" ")}`);
    }
    written.push("  endloop", "endfacet");
  }
  return [...written, "endsolid x"];
}
