import { normaliseMesh } from "../../mod.ts";
import type { Mesh } from "../../lib/codec/mod.ts";
import { inspectMesh } from "../../lib/data/mesh/mod.ts";
import { cube, moved, rotation, sphere, torus } from "../support/meshes.ts";
import { voxels } from "../support/voxels.ts";
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

fuzz("bodies of voxels", (choices) => {
  const { mesh, volume } = voxelBody(choices);
  return {
    name: "x",
    bytes: new Uint8Array(mesh.positions.buffer),
    read() {
      for (const repair of [false, true]) {
        const { warnings, changes, transform, mesh: left } = normaliseMesh(mesh, { repair }, "x");
        if (warnings.length + changes.length > 0) throw new TypeError(`expected no word, found ${warnings} ${changes}`);
        const found = inspectMesh(left).volume / transform.scale ** 3;
        // Rounding to 32 bits moves each face by 1e-7 of the size at most.
        if (Math.abs(found / volume - 1) > 1e-4) throw new TypeError(`expected a volume of ${volume}, found ${found}`);
      }
      return 2 * (mesh.positions.byteLength + mesh.indices.byteLength);
    },
  };
});

fuzz("polygons that are there twice", (choices) => {
  const { mesh, volume } = doubledQuads(choices);
  return {
    name: "x",
    bytes: new Uint8Array(mesh.positions.buffer),
    read() {
      const { warnings, transform, mesh: left } = normaliseMesh(mesh, { repair: true }, "x");
      if (warnings.length > 0) throw new TypeError(`expected no warnings after the repair, found ${warnings}`);
      const found = inspectMesh(left).volume / transform.scale ** 3;
      if (Math.abs(found / volume - 1) > 1e-2) throw new TypeError(`expected a volume of ${volume}, found ${found}`);
      return mesh.positions.byteLength + mesh.indices.byteLength;
    },
  };
});

/** A body of voxels with cavities and contacts at edges and corners, each square cut along either diagonal, turned anyhow. */
function voxelBody(choices: Choices): { mesh: Mesh; volume: number } {
  const size = [0, 1, 2].map(() => 1 + choices.below(5)) as [number, number, number];
  const [density, isEven] = [choices.pick([0.3, 0.5, 0.75, 0.9]), choices.below(2) === 0];
  const solid = Array.from({ length: size[0] * size[1] * size[2] }, () => choices.number() < density);
  solid[choices.below(solid.length)] = true;
  const planes = size.map((count) => {
    let at = 0;
    return Array.from({ length: count + 1 }, () => at += isEven ? 1 : 0.05 + choices.number());
  });
  const body = voxels({
    size,
    planes,
    isSolid: (x, y, z) => solid[x + size[0] * (y + size[1] * z)],
    hasWalls: choices.below(4) === 0,
    isCutOtherwise: () => choices.below(2) === 0,
  });
  if (choices.below(2) === 0) return body;
  const turn = rotation([choices.number(), choices.number(), 1], 6 * choices.number());
  return { mesh: moved(body.mesh, turn), volume: body.volume };
}

/** A closed surface of quads that are there twice, for one side or for both, cut along different diagonals, with corners of their own. */
function doubledQuads(choices: Choices): { mesh: Mesh; volume: number } {
  const isCutOtherwise = () => choices.below(2) === 0;
  const box = voxels({ size: [2, 1, 3], isSolid: () => true, isCutOtherwise }).mesh;
  const whole = choices.pick([torus(0.6, 0.2, 9, 7), box]);
  const isTurned = choices.below(2) === 0;
  const noise = choices.pick([0, 1e-9]);
  const isKept = choices.pick([() => true, () => choices.below(3) === 0]);
  const positions = [...whole.positions];
  const indices = [...whole.indices];
  for (const value of whole.positions) positions.push(value + noise * choices.number());
  for (let i = 0; i < whole.indices.length; i += 6) {
    if (!isKept()) continue;
    // Two triangles a, b, c and a, c, d or a, b, d and b, c, d.
    const [a, b, c, e, f, g] = whole.indices.subarray(i, i + 6).map((vertex) => vertex + whole.positions.length / 3);
    const quad = e === a ? [a, b, c, g] : [a, b, f, c];
    const first = choices.below(4);
    const [p, q, r, s] = [0, 1, 2, 3].map((k) => (isTurned ? quad.toReversed() : quad)[(first + k) % 4]);
    indices.push(p, q, r, p, r, s);
  }
  return {
    mesh: { positions: new Float64Array(positions), indices: new Uint32Array(indices) },
    volume: inspectMesh(whole).volume,
  };
}

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
