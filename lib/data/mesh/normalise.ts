import { areaVector, inspectMesh, type MeshReport } from "./inspect.ts";
import { countInwardParts } from "./inward_parts.ts";
import type { Mesh } from "../../codec/mesh/mesh.ts";
import { fitPositions } from "../../codec/mesh/position_bits.ts";
import { weldVertices } from "../../codec/mesh/weld.ts";

/** The radius of a normalised mesh. It is less than 1, so that there are samples outside the mesh too. */
const RADIUS = 0.95;

/** The least volume that a mesh must enclose, as a part of the volume of the sphere of its radius. */
const LEAST_VOLUME = 1e-6;

/** The transform of a mesh into the unit sphere: x ↦ rotation · (x − centre) · scale. */
export interface MeshTransform {
  /** The centre of the mesh's bounding box, in the input's coordinates. */
  readonly centre: readonly [number, number, number];
  /** The factor by which lengths are multiplied. */
  readonly scale: number;
  /** The rotation: a 3 × 3 orthogonal matrix, row-major. */
  readonly rotation: readonly number[];
}

/** Options of {@linkcode normaliseMesh}. */
export interface NormaliseOptions {
  /** The axis of the input that points up, which becomes y; by default y. */
  readonly up?: "y" | "z";
}

/** A mesh that is ready to be sampled. */
export interface NormalisedMesh {
  /**
   * The mesh within the sphere of radius 0.95 about the origin. Its vertices are merged, faces without area are removed, and it is
   * oriented outward on the whole. Where a removed face had three different corners, the edges that it shared with other faces have
   * only one face now, although the surface has no hole there.
   */
  readonly mesh: Mesh;
  /** The transform from the input's coordinates to those of `mesh`. */
  readonly transform: MeshTransform;
  /** The properties before faces were removed or flipped, in the coordinates of `mesh`. */
  readonly report: MeshReport;
  /** Whether all faces were flipped because they were oriented inward. */
  readonly turned: boolean;
  /** The number of closed parts that are oriented inward but not inside another part; their interior counts as outside. */
  readonly inwardParts: number;
}

const ROTATIONS = { y: [1, 0, 0, 0, 1, 0, 0, 0, 1], z: [1, 0, 0, 0, 0, 1, 0, -1, 0] };

/**
 * Scales a mesh to the radius 0.95, with the centre of its bounding box at the origin, and cleans it: vertices at the same position
 * are merged, faces without area are removed, and a surface that is oriented inward is flipped.
 *
 * @param name The name of the mesh in error messages.
 * @throws {Error} If the mesh has no faces, a position is not finite, an index is out of range, `up` is neither y nor z, or the mesh
 * encloses no volume.
 *
 * @example
 * ```ts
 * import { decodeMesh } from "../../codec/mesh/decode_mesh.ts";
 * import { denormaliseMesh, normaliseMesh } from "./normalise.ts";
 *
 * const input = await decodeMesh(await Deno.readFile("bunny.ply"), "bunny.ply");
 * const { mesh, transform, report } = normaliseMesh(input, { up: "z" }, "bunny.ply");
 * if (report.boundaryEdges > 0) console.log("has holes");
 * const back = denormaliseMesh(mesh, transform);
 * ```
 */
export function normaliseMesh(input: Mesh, options: NormaliseOptions = {}, name = "mesh"): NormalisedMesh {
  const { up = "y" } = options;
  if (!Object.hasOwn(ROTATIONS, up)) throw new Error(`${name}: up: expected y or z, found ${up}.`);
  const rotation = ROTATIONS[up];
  const { box } = inspectNamed(input, name);
  const centre = box.low.map((low, axis) => (low + box.high[axis]) / 2) as [number, number, number];
  const { positions, indices } = input;
  let square = 0;
  for (const vertex of indices) {
    const [x, y, z] = [0, 1, 2].map((axis) => positions[3 * vertex + axis] - centre[axis]);
    square = Math.max(square, x * x + y * y + z * z);
  }
  const radius = Math.sqrt(square);
  if (radius === 0) throw new Error(`${name}: all vertices of the mesh lie at one point.`);
  const transform = { centre, scale: RADIUS / radius, rotation };
  const placed = new Float32Array(mapPositions(positions, (p) => apply(transform, p)));
  const welded = weldVertices({ positions: placed, indices });
  const report = inspectMesh(welded);
  if (Math.abs(report.volume) < LEAST_VOLUME * (4 / 3) * Math.PI * RADIUS ** 3) {
    throw new Error(
      `${name}: the mesh encloses no volume (it has ${report.faces} faces and ${report.boundaryEdges} boundary edges), so ` +
        "there is no inside to learn.",
    );
  }
  const turned = report.volume < 0;
  const mesh = clean(welded, turned);
  return { mesh, transform, report, turned, inwardParts: countInwardParts(mesh) };
}

/**
 * Transforms a mesh back to the coordinates before normalisation.
 *
 * @param transform The transform that {@linkcode normaliseMesh} returned.
 */
export function denormaliseMesh(mesh: Mesh, transform: MeshTransform): Mesh {
  const { centre, scale, rotation: r } = transform;
  const positions = mapPositions(mesh.positions, ([x, y, z]) => [
    (r[0] * x + r[3] * y + r[6] * z) / scale + centre[0],
    (r[1] * x + r[4] * y + r[7] * z) / scale + centre[1],
    (r[2] * x + r[5] * y + r[8] * z) / scale + centre[2],
  ]);
  return { positions: fitPositions(positions, mesh.indices), indices: mesh.indices };
}

function inspectNamed(mesh: Mesh, name: string): MeshReport {
  try {
    return inspectMesh(mesh);
  } catch (error) {
    throw new Error((error as Error).message.replace(/^inspectMesh/, name), { cause: error });
  }
}

type Point = [number, number, number];

function apply({ centre, scale, rotation: r }: MeshTransform, [px, py, pz]: Point): Point {
  const [x, y, z] = [px - centre[0], py - centre[1], pz - centre[2]];
  return [
    (r[0] * x + r[1] * y + r[2] * z) * scale,
    (r[3] * x + r[4] * y + r[5] * z) * scale,
    (r[6] * x + r[7] * y + r[8] * z) * scale,
  ];
}

function mapPositions(positions: Mesh["positions"], map: (point: Point) => Point): Float64Array<ArrayBuffer> {
  const mapped = new Float64Array(positions.length);
  for (let i = 0; i < positions.length; i += 3) {
    mapped.set(map([positions[i], positions[i + 1], positions[i + 2]]), i);
  }
  return mapped;
}

/** Removes faces without area and, if `turn` is true, flips the others. */
function clean(mesh: Mesh, turn: boolean): Mesh {
  const indices = new Uint32Array(mesh.indices.length);
  let length = 0;
  for (let face = 0; face < mesh.indices.length / 3; face++) {
    const [x, y, z] = areaVector(mesh, face);
    if (x === 0 && y === 0 && z === 0) continue;
    const [a, b, c] = mesh.indices.subarray(3 * face, 3 * face + 3);
    indices.set(turn ? [a, c, b] : [a, b, c], length);
    length += 3;
  }
  return { positions: mesh.positions, indices: indices.slice(0, length) };
}
