import { assert, assertEquals, assertThrows } from "@std/assert";
import { normaliseMesh } from "../../../mod.ts";
import { groupFaces } from "../../../lib/data/mesh/face_groups.ts";
import { thinOut } from "../../../lib/data/mesh/thin_out.ts";
import { inspectMesh } from "../../../lib/data/mesh/mod.ts";
import { cube, flipped, together } from "../../support/meshes.ts";
import { randomNumbers } from "../../support/random_numbers.ts";

/** The faces of a cube, each as often as a function says, turned over or not. */
function repeated(times: (face: number) => number, isTurned: (copy: number) => boolean = () => false) {
  const { positions, indices } = cube();
  const faces = Array.from({ length: 12 }, (_, face) => [...indices.subarray(3 * face, 3 * face + 3)]);
  const copies = faces.flatMap(([a, b, c], face) =>
    Array.from({ length: times(face) }, (_, copy) => isTurned(copy) ? [a, c, b] : [b, c, a])
  );
  return { positions, indices: new Uint32Array(copies.flat()) };
}

Deno.test("many copies of a face give the result of a few, and all are counted", () => {
  for (const times of [(_: number) => 1000, (face: number) => 300 + face, (face: number) => 1 + 255 * (face % 3)]) {
    const mesh = repeated(times);
    const faces = mesh.indices.length / 3;
    const { mesh: left, changes, report } = normaliseMesh(mesh, {}, "x");
    assertEquals([left.indices.length / 3, inspectMesh(left).unbalancedEdges, report.faces], [12, 0, faces]);
    assertEquals(changes, [`x: ${faces - 12} faces that are there twice left out.`]);
  }
  const both = normaliseMesh(repeated(() => 600, (copy) => copy < 299), {}, "x");
  assertEquals([both.changes, both.warnings, both.mesh.indices.length], [
    ["x: 7188 faces that are there twice left out."],
    [],
    36,
  ]);
});

Deno.test("as many copies stay as tell which side has more, and even from odd", () => {
  for (
    const [one, two] of [[4, 0], [5, 0], [9, 9], [8, 8], [9, 7], [8, 6], [9, 4], [4, 9], [2, 1], [3, 3], [4, 4], [7, 1]]
  ) {
    const { mesh } = thinOut(repeated(() => one + two, (copy) => copy < one));
    const { zeros, ones } = groupFaces(mesh);
    for (let group = 0; group < 12; group++) {
      const [few, many] = [zeros[group], ones[group]].sort();
      const [fewer, more] = [one, two].sort((a, b) => a - b);
      assertEquals([few % 2, many % 2, few < many, few > 0], [fewer % 2, more % 2, fewer < more, fewer > 0]);
      assert(few <= 4 && many <= 4);
    }
  }
});

Deno.test("copies of a face that is a line count as faces without area", () => {
  const { positions } = cube();
  const lines = { positions, indices: Uint32Array.from({ length: 300 }, (_, i) => i % 3 === 0 ? 1 : 0) };
  const found = thinOut(together(repeated((face) => face === 0 ? 7 : 4), lines));
  assertEquals([found.collapsed, found.copies, found.mesh.indices.length / 3], [98, 6 + 11 * 2, 1 + 11 * 2 + 2]);
});

Deno.test("a mesh with no more faces than usual is not searched", () => {
  const mesh = together(cube(), flipped(cube()));
  assertEquals(thinOut(mesh).mesh, mesh);
});

Deno.test("more than half a million faces of few vertices are refused, but not copies of few faces", () => {
  const random = randomNumbers(1);
  const positions = Float32Array.from({ length: 900 }, random);
  const indices = Uint32Array.from({ length: 3 * 530_000 }, (_, i) => (100 * (i % 3)) + Math.floor(100 * random()));
  const { message } = assertThrows(() => normaliseMesh({ positions, indices }, {}, "x"), Error);
  assert(
    /^x: expected a surface, which has about two faces for each vertex, found \d+ faces of 300 vertices\.$/
      .test(message),
    message,
  );
  assertEquals(normaliseMesh(repeated(() => 50_000)).mesh.indices.length, 36);
});
