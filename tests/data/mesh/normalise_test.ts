import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { decodeMesh, denormaliseMesh, encodePly, normaliseMesh } from "../../../mod.ts";
import { encodeObj, type Mesh, weldVertices } from "../../../lib/codec/mod.ts";
import { inspectMesh, marchingCubes } from "../../../lib/data/mesh/mod.ts";
import { cube, flipped, moved, sphere, together, torus } from "../../support/meshes.ts";

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
    const { mesh, transform, turned: wasTurned, report } = normaliseMesh(flipped(spare), { up });
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
  assertThrows(() => normaliseMesh(cube(), { up: "x" as "y" }, "x.obj"), Error, "x.obj: up: expected y or z, found x.");
  const far = { ...cube(), indices: Uint32Array.of(0, 1, 8) };
  for (const work of [weldVertices, encodeObj, encodePly]) {
    assertThrows(() => work(far), Error, `${work.name}: face 0 refers to vertex 8, but there are 8.`);
  }
  const broken = moved(cube(), ([x, y]) => [x, y, NaN]);
  assertThrows(() => normaliseMesh(broken, {}, "nan.obj"), Error, "nan.obj: vertex 0 has the coordinate NaN.");
});

Deno.test("closed parts that are oriented inward are counted, unless they are cavities", () => {
  const at = (x: number, half: number) => moved(cube(half), ([a, b, c]) => [a + x, b, c]);
  const inward = (...meshes: Mesh[]) => normaliseMesh(together(...meshes)).inwardParts;
  assertEquals(inward(at(0, 1)), 0);
  assertEquals(inward(at(0, 1), at(3, 0.5), flipped(at(5, 0.5)), flipped(at(7, 0.4))), 2);
  // A cavity, a part within it and a cavity within that.
  assertEquals(inward(at(0, 1), flipped(at(0, 0.8)), at(0, 0.6), flipped(at(0, 0.4))), 0);
  // The same, oriented inward as a whole and turned.
  assertEquals(inward(flipped(at(0, 1)), at(0, 0.8), flipped(at(0, 0.6))), 0);
  // Within a cavity there is nothing around, and the box of a torus holds its hole.
  assertEquals(inward(at(0, 1), flipped(at(0, 0.8)), flipped(at(0, 0.3))), 1);
  assertEquals(inward(torus(), flipped(at(0, 0.1))), 1);
  // Open parts are told of otherwise.
  const open = { ...at(3, 0.5), indices: at(3, 0.5).indices.slice(3) };
  assertEquals(inward(at(0, 1), flipped(open)), 0);
});

/** A box of sides 3.1, 2.2 and 1 that begins at (x, y, 100). */
const boxAt = (x: number, y: number) => {
  const { indices } = cube();
  const lines = Array.from(
    { length: 8 },
    (_, i) => `v ${x + (i & 1) * 3.1} ${y + (i >> 1 & 1) * 2.2} ${100 + (i >> 2)}`,
  );
  for (let i = 0; i < 36; i += 3) lines.push(`f ${[...indices.subarray(i, i + 3)].map((each) => each + 1).join(" ")}`);
  return decodeMesh(new TextEncoder().encode(lines.join("\n")), "box.obj");
};

Deno.test("far from the origin no digit is lost, and vertices that are written stay distinct", async () => {
  const input = await boxAt(500_000, 4_500_000.3);
  const { mesh, transform } = normaliseMesh(input);
  [500_001.55, 4_500_001.4, 100.5].forEach((value, axis) => assertAlmostEquals(transform.centre[axis], value, 1e-9));
  const near = normaliseMesh(await boxAt(0, 0.3)).mesh;
  mesh.positions.forEach((value, i) => assertAlmostEquals(value, near.positions[i], 1e-7));
  const n = 41;
  const slices = Array.from({ length: n }, (_, k) =>
    Float32Array.from({ length: n * n }, (_, i) => {
      const [x, y, z] = [i % n, Math.floor(i / n), k].map((each) => each / 20 - 1);
      return 0.7 + 0.1 * Math.sin(5 * x) - Math.hypot(x, y, z);
    }));
  const surface = await marchingCubes({ size: [n, n, n], origin: [-1, -1, -1], spacing: 2 / (n - 1) }, slices);
  const placed = denormaliseMesh(surface, transform);
  for (const bytes of [encodeObj(placed), encodePly(placed)]) {
    const read = await decodeMesh(bytes, "placed");
    assertEquals(read.positions, placed.positions);
    const { vertices, degenerateFaces, boundaryEdges, crowdedEdges } = inspectMesh(weldVertices(read));
    assertEquals([vertices, degenerateFaces, boundaryEdges, crowdedEdges], [surface.positions.length / 3, 0, 0, 0]);
  }
});

Deno.test("near the origin positions have 32 bits, as the files that are written of them", async () => {
  const { transform } = normaliseMesh(await boxAt(0, 0.3));
  const placed = denormaliseMesh(sphere(), { ...transform, centre: [1, 2, 3] });
  assert(placed.positions instanceof Float32Array);
  assertEquals((await decodeMesh(encodePly(placed), "x.ply")).positions, placed.positions);
});

Deno.test("a mesh of any size is read with all of its digits", async () => {
  const { positions, indices } = torus(0.6, 0.25, 12, 8);
  const text = (size: string) => {
    const number = (value: number) => `${value.toFixed(9)}e${size}`;
    const lines: string[] = [];
    for (let i = 0; i < positions.length; i += 3) {
      lines.push(`v ${[...positions.subarray(i, i + 3)].map(number).join(" ")}`);
    }
    for (let i = 0; i < indices.length; i += 3) {
      lines.push(`f ${[...indices.subarray(i, i + 3)].map((each) => each + 1).join(" ")}`);
    }
    return new TextEncoder().encode(lines.join("\n"));
  };
  const { volume } = inspectMesh(normaliseMesh({ positions, indices }).mesh);
  for (const size of ["37", "20", "-30", "-37", "-38", "-40", "-44", "-50", "-140"]) {
    const { mesh, transform } = normaliseMesh(await decodeMesh(text(size), "x.obj"));
    assertAlmostEquals(inspectMesh(mesh).volume / volume, 1, 1e-6);
    // Written and read again, it has the same size.
    const again = await decodeMesh(encodeObj(denormaliseMesh(mesh, transform)), "x.obj");
    assertAlmostEquals(normaliseMesh(again).transform.scale / transform.scale, 1, 1e-6);
  }
  const tiny = await decodeMesh(text("-160"), "x.obj");
  assertThrows(
    () => normaliseMesh(tiny, {}, "x.obj"),
    Error,
    "x.obj: expected a mesh of a size of at least 1e-150, found 1.70e-160.",
  );
});
