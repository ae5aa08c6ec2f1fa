import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { inspectMesh, largestParts } from "../../../lib/data/mesh/mod.ts";
import { cube, moved, sphere, together } from "../../support/meshes.ts";

Deno.test("of a mesh of several parts the largest ones are kept, whole and without stray vertices", () => {
  const at = (x: number) => ([a, b, c]: number[]) => [a + x, b, c];
  const speck = moved(cube(0.01), at(0.9));
  const all = together(speck, sphere(0.3, 8, 12), moved(cube(0.1), at(-0.7)));
  const { mesh, parts } = largestParts(all, 2);
  assertEquals(parts, 3);
  const [expected, found] = [together(sphere(0.3, 8, 12), moved(cube(0.1), at(-0.7))), mesh].map(inspectMesh);
  assertEquals(found.vertices, expected.vertices);
  assertEquals(found.faces, expected.faces);
  assertAlmostEquals(found.volume, expected.volume, 1e-12);
  assertEquals(largestParts(all, 1).mesh.positions.length, sphere(0.3, 8, 12).positions.length);
  assertEquals(largestParts(all).mesh, all);
  assertEquals(largestParts({ positions: new Float32Array(), indices: new Uint32Array() }, 1).parts, 0);
  for (const count of [0, -1, 1.5, NaN]) assertThrows(() => largestParts(all, count), RangeError, "of at least 1");
});
