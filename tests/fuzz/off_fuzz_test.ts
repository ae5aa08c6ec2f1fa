import { decodeMesh } from "../../mod.ts";
import { damaged, fuzz } from "./fuzz.ts";

fuzz("OFF", (choices) => {
  const vertices = 3 + choices.below(6);
  const faces = 1 + choices.below(4);
  const lines = ["OFF", `${vertices} ${faces} 0`];
  for (let i = 0; i < vertices; i++) lines.push([0, 1, 2].map(() => (choices.number() * 2 - 1).toFixed(3)).join(" "));
  for (let i = 0; i < faces; i++) lines.push(`3 ${[0, 1, 2].map(() => choices.below(vertices)).join(" ")}`);
  const bytes = damaged(new TextEncoder().encode(lines.join("\n") + "\n"), choices);
  return {
    name: "x.off",
    bytes,
    async read(bytes) {
      const mesh = await decodeMesh(bytes, "x.off");
      return 4 * (mesh.positions.length + mesh.indices.length);
    },
  };
});
