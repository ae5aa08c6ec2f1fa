import { normaliseMesh } from "../../mod.ts";
import type { Mesh } from "../../lib/codec/mod.ts";
import { inspectMesh } from "../../lib/data/mesh/mod.ts";
import { cube, sphere, torus } from "../support/meshes.ts";
import { type Choices, fuzz } from "./fuzz.ts";

const BODIES = [cube(0.4), torus(0.3, 0.1, 5, 4), sphere(0.4, 4, 5)];

fuzz("broken bodies", (choices) => {
  const { mesh, volume } = broken(choices);
  return {
    name: "x",
    bytes: new Uint8Array(mesh.positions.buffer),
    read() {
      const { warnings, transform, mesh: { positions, indices } } = normaliseMesh(mesh, { repair: true }, "x");
      if (warnings.length > 0) throw new TypeError(`expected no warnings after the repair, found ${warnings}`);
      const found = inspectMesh({ positions, indices }).volume / transform.scale ** 3;
      if (Math.abs(found / volume - 1) > 1e-4) throw new TypeError(`expected a volume of ${volume}, found ${found}`);
      return positions.byteLength + indices.byteLength;
    },
  };
});

fuzz("soups of triangles", (choices) => {
  const mesh = soup(choices);
  return {
    name: "x",
    bytes: new Uint8Array(mesh.positions.buffer),
    read() {
      const left = normaliseMesh(mesh, { repair: true }, "x");
      const { unbalancedEdges } = left.report;
      const again = normaliseMesh(left.mesh, { repair: true }, "x");
      // Faces without area may have connected others.
      if (left.cleaning.facesWithoutArea === 0 && again.report.unbalancedEdges > unbalancedEdges) {
        throw new TypeError("a repaired mesh became worse");
      }
      for (const sentence of [...left.warnings, ...left.changes]) {
        if (!/^x: [^\n]+\.$/.test(sentence)) throw new TypeError(sentence);
      }
      return 0;
    },
  };
});

/** Closed bodies beside each other, with faces turned over, doubled and degenerate, and corners that are not quite the same. */
function broken(choices: Choices): { mesh: Mesh; volume: number } {
  const positions: number[] = [];
  const indices: number[] = [];
  let volume = 0;
  for (let body = choices.below(6); body >= 0; body--) {
    const { positions: own, indices: order } = choices.pick(BODIES);
    volume += inspectMesh({ positions: own, indices: order }).volume;
    const [turned, doubled, twinned] = [choices.number() ** 3, choices.number() ** 4, choices.pick([0, 0, 1, 0.3])];
    const corner = (vertex: number) => {
      if (choices.below(3) === 0) return first + vertex;
      // A corner of its own at almost the same place.
      positions.push(...[0, 1, 2].map((k) => positions[3 * (first + vertex) + k] + 1e-9 * choices.number()));
      return positions.length / 3 - 1;
    };
    const first = positions.length / 3;
    own.forEach((value, i) => positions.push(value + (i % 3 === 0 ? body : 0)));
    const add = (face: readonly number[], isTurned: boolean) => {
      const corners = face.map(corner);
      indices.push(...isTurned ? [corners[0], corners[2], corners[1]] : corners);
    };
    for (let i = 0; i < order.length; i += 3) {
      const face = [...order.subarray(i, i + 3)];
      const isTurned = choices.number() < turned;
      add(face, isTurned);
      if (choices.number() < doubled) add(face, isTurned);
      else if (choices.number() < twinned) add(face, !isTurned);
      if (choices.below(20) === 0) add([face[0], face[0], face[1]], false);
    }
  }
  return { mesh: { positions: new Float64Array(positions), indices: new Uint32Array(indices) }, volume };
}

/** Triangles between few points, so that they have many edges and corners in common. */
function soup(choices: Choices): Mesh {
  const vertices = 4 + choices.below(12);
  const steps = choices.pick([1, 3, 1000]);
  const positions = Float32Array.from({ length: 3 * vertices }, () => choices.below(steps + 1) / steps);
  const indices = Uint32Array.from({ length: 3 * (1 + choices.below(60)) }, () => choices.below(vertices));
  return { positions, indices };
}
