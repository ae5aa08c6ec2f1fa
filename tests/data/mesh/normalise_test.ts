import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { denormaliseMesh, inspectMesh, type Mesh, normaliseMesh } from "../../../mod.ts";
import { cube, moved, sphere, torus } from "../../support/meshes.ts";

const turned = ({ positions, indices }: Mesh): Mesh => ({
  positions,
  indices: indices.map((_, i) => indices[i % 3 === 1 ? i + 1 : i % 3 === 2 ? i - 1 : i]),
});

Deno.test("closed meshes have no open edges, and the volume and area that they should", () => {
  const report = inspectMesh(cube(0.5));
  assertEquals([report.boundaryEdges, report.crowdedEdges, report.misorientedEdges, report.degenerateFaces], [
    0,
    0,
    0,
    0,
  ]);
  assertAlmostEquals(report.volume, 1, 1e-6);
  assertAlmostEquals(report.area, 6, 1e-6);
  assertAlmostEquals(inspectMesh(torus(0.6, 0.25, 200, 200)).volume, 2 * Math.PI ** 2 * 0.6 * 0.0625, 1e-3);
  assertAlmostEquals(inspectMesh(sphere(0.8, 100, 200)).volume, 4 / 3 * Math.PI * 0.512, 2e-3);
});

Deno.test("open, crowded and misoriented edges are counted", () => {
  const { positions, indices } = cube();
  assertEquals(inspectMesh({ positions, indices: indices.slice(3) }).boundaryEdges, 3);
  const twice = new Uint32Array([...indices, ...indices.subarray(0, 3)]);
  assertEquals(inspectMesh({ positions, indices: twice }).crowdedEdges, 3);
  const flipped = new Uint32Array([indices[0], indices[2], indices[1], ...indices.subarray(3)]);
  assertEquals(inspectMesh({ positions, indices: flipped }).misorientedEdges, 3);
});

Deno.test("a mesh is scaled to radius 0.95, turned outward, cleaned, and comes back where it was", () => {
  const input = moved(cube(), ([x, y, z]) => [7 * x + 3, 2 * y - 100, 5 * z]);
  const spare = {
    positions: new Float32Array([...input.positions, 1e6, 0, 0]),
    indices: new Uint32Array([...input.indices, 0, 0, 1]),
  };
  for (const up of ["y", "z"] as const) {
    const { mesh, transform, turned: wasTurned, report } = normaliseMesh(turned(spare), { up });
    assertEquals(wasTurned, true);
    assertEquals(report.degenerateFaces, 1);
    assertEquals([mesh.positions.length, mesh.indices.length], [24, 36]);
    assertEquals(inspectMesh(mesh).volume > 0, true);
    let radius = 0;
    for (let i = 0; i < 24; i += 3) radius = Math.max(radius, Math.hypot(...mesh.positions.subarray(i, i + 3)));
    assertAlmostEquals(radius, 0.95, 1e-6);
    const { box } = inspectMesh(denormaliseMesh(mesh, transform));
    [-0.5, -101, -2.5].forEach((low, axis) => assertAlmostEquals(box.low[axis], low, 1e-4));
    [6.5, -99, 2.5].forEach((high, axis) => assertAlmostEquals(box.high[axis], high, 1e-4));
    // The side of length 5 points up in the second case.
    const size = inspectMesh(mesh).box.high.map((high) => 2 * high / transform.scale);
    [7, up === "y" ? 2 : 5].forEach((length, axis) => assertAlmostEquals(size[axis], length, 1e-4));
  }
});

Deno.test("a mesh without faces, inside or finite positions is refused by name", () => {
  const flat = moved(cube(), ([x, y]) => [x, y, 0]);
  assertThrows(() => normaliseMesh(flat, {}, "flat.obj"), Error, "flat.obj: the mesh encloses no volume");
  const point = moved(cube(), () => [1, 2, 3]);
  assertThrows(() => normaliseMesh(point, {}, "dot.obj"), Error, "dot.obj: all vertices of the mesh lie at one point.");
  const empty = { positions: new Float32Array(3), indices: new Uint32Array() };
  assertThrows(() => normaliseMesh(empty, {}, "empty.obj"), Error, "empty.obj: the mesh has no faces.");
  const broken = moved(cube(), ([x, y]) => [x, y, NaN]);
  assertThrows(() => normaliseMesh(broken, {}, "nan.obj"), Error, "nan.obj: vertex 0 has the coordinate NaN.");
});
