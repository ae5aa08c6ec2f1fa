import { checkArguments, MESH, OPTIONS } from "../../hyperparameter/arguments.ts";
import { checkOptions, objectWith } from "../../hyperparameter/members.ts";
import type { Mesh } from "../../codec/mesh/mesh.ts";
import { fitPositions } from "../../codec/mesh/position_bits.ts";
import { cleanMesh, type MeshCleaning } from "./clean.ts";
import { describeChanges, describeDefects, describeEmptiness, describeThinness } from "./describe_cleaning.ts";
import { boxOf, checkMesh, measureMesh, measureSurface, type MeshBox, type MeshReport } from "./inspect.ts";
import { ROUNDING } from "./inward_parts.ts";
import { thinOut } from "./thin_out.ts";
import { weldNear } from "./weld_near.ts";

/** The radius of a normalised mesh. It is less than 1, so that there are samples outside the mesh too. */
const RADIUS = 0.95;

/** The least volume that a mesh must enclose, as a part of the volume of the sphere of its radius. */
const LEAST_VOLUME = 1e-6;

/** Meshes of up to so many faces may have any number of them for each vertex, larger ones so many. Closed surfaces have about two. */
const [FEW_FACES, MOST_OF_VERTEX] = [2 ** 19, 100];

/** The least size of a mesh, whose squares and reciprocal 64 bits represent. */
const LEAST_SIZE = 1e-150;

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
  /**
   * Whether to put right what is wrong with the orientation of faces, where there is only one way to do it; by default false. One of two
   * faces with the same corners that show both sides is left out where the surface is closed without it. Faces that are oriented against the
   * others of their part are turned: in closed parts so that they point outward, in others if they have less than a tenth of the area. Closed
   * parts that are oriented inward are turned, unless another part surrounds them.
   */
  readonly repair?: boolean;
}

/** A mesh that is ready to be sampled. */
export interface NormalisedMesh {
  /**
   * The mesh within the sphere of radius 0.95 about the origin. Its vertices are merged, faces without area and duplicates are left out, and
   * it is oriented outward on the whole. Where a face without area had three different corners, the edges that it shared with other faces
   * have only one face now, although the surface has no hole there.
   */
  readonly mesh: Mesh;
  /** The transform from the input's coordinates to those of `mesh`. */
  readonly transform: MeshTransform;
  /**
   * The properties in the coordinates of `mesh`: numbers, area and volume before faces were left out or turned, edges after that, so that
   * they tell how closed the surface is. Of a face that is there many times, at most four copies add to the area and the volume.
   */
  readonly report: MeshReport;
  /** What was found before the mesh was judged, and what was done about it. */
  readonly cleaning: MeshCleaning;
  /** Whether all faces were flipped because they were oriented inward. */
  readonly turned: boolean;
  /** The number of closed parts that are oriented inward but not inside another part; their interior counts as outside. */
  readonly inwardParts: number;
  /** What makes labels unreliable, and why: whole sentences that begin with the mesh's name. */
  readonly warnings: readonly string[];
  /** What was changed so that labels are right: whole sentences that begin with the mesh's name. */
  readonly changes: readonly string[];
}

const ROTATIONS = { y: [1, 0, 0, 0, 1, 0, 0, 0, 1], z: [1, 0, 0, 0, 0, 1, 0, -1, 0] };

/**
 * Scales a mesh to the radius 0.95, with the centre of its bounding box at the origin, and cleans it: vertices at the same position,
 * within 10⁻⁷ of the size, are merged, faces without area and duplicates are left out, and a surface that is oriented inward is flipped.
 *
 * @param name The name of the mesh in error messages.
 * @throws {Error} If the mesh has no faces, a position is not finite, an index is out of range, `up` is neither y nor z, the mesh
 * encloses no volume, or it has more than half a million faces and a hundred times as many as vertices.
 *
 * @example
 * ```ts
 * import { decodeMesh } from "../../codec/mesh/decode_mesh.ts";
 * import { denormaliseMesh, normaliseMesh } from "./normalise.ts";
 *
 * const input = await decodeMesh(await Deno.readFile("bunny.ply"), "bunny.ply");
 * const { mesh, transform, warnings } = normaliseMesh(input, { up: "z" }, "bunny.ply");
 * for (const warning of warnings) console.log(warning);
 * const back = denormaliseMesh(mesh, transform);
 * ```
 */
export function normaliseMesh(input: Mesh, options: NormaliseOptions = {}, name = "mesh"): NormalisedMesh {
  checkOptions("normaliseMesh", options, { up: true, repair: true });
  checkArguments("normaliseMesh", { mesh: [input, MESH], options: [options, OPTIONS] });
  const { up = "y", repair = false } = options;
  if (!Object.hasOwn(ROTATIONS, up)) throw new Error(`${name}: up: expected y or z, found ${up}.`);
  if (typeof repair !== "boolean") throw new Error(`${name}: repair: expected true or false, found ${repair}.`);
  checkMesh(input, name);
  const box = boxOf(input);
  checkSize(box, name);
  const thin = thinOut(input);
  checkDensity(thin.mesh.indices.length / 3, thin.vertices, name);
  const { mesh: near, merged } = weldNear(thin.mesh, box);
  const transform = transformFor(near, box, ROTATIONS[up]);
  const placed = new Float32Array(mapPositions(near.positions, (p) => apply(transform, p)));
  const welded = { positions: placed, indices: near.indices };
  const { mesh, edges, flipped, cleaning: found } = cleanMesh(welded, repair);
  const cleaning = {
    ...found,
    mergedVertices: merged,
    facesWithoutArea: found.facesWithoutArea + thin.collapsed,
    duplicateFaces: found.duplicateFaces + thin.copies,
  };
  const report = { ...measureMesh(welded, boxOf(welded)), ...edges, faces: input.indices.length / 3 };
  const finding = { name, report, cleaning, repair, flipped };
  const { area, volume } = measureSurface(mesh);
  const share = Math.abs(volume) / ((4 / 3) * Math.PI * RADIUS ** 3);
  if (!(share >= LEAST_VOLUME)) {
    // Rounding errors give a flat surface a little volume.
    const isFlat = Math.abs(volume) <= ROUNDING * area;
    throw new Error(isFlat ? describeEmptiness(finding) : describeThinness(finding, share, LEAST_VOLUME));
  }
  return {
    mesh,
    transform,
    report,
    cleaning,
    turned: flipped,
    inwardParts: repair ? 0 : cleaning.inwardParts,
    warnings: describeDefects(finding),
    changes: describeChanges(finding),
  };
}

/** The transform that moves the centre of the box to the origin and the farthest vertex to the radius. */
function transformFor(mesh: Mesh, box: MeshBox, rotation: readonly number[]): MeshTransform {
  const centre = box.low.map((low, axis) => (low + box.high[axis]) / 2) as [number, number, number];
  const { positions, indices } = mesh;
  let square = 0;
  for (let i = 0; i < indices.length; i++) {
    const vertex = 3 * indices[i];
    const [x, y, z] = [
      positions[vertex] - centre[0],
      positions[vertex + 1] - centre[1],
      positions[vertex + 2] - centre[2],
    ];
    square = Math.max(square, x * x + y * y + z * z);
  }
  return { centre, scale: RADIUS / Math.sqrt(square), rotation };
}

function checkDensity(faces: number, vertices: number, name: string): void {
  if (faces <= Math.max(FEW_FACES, MOST_OF_VERTEX * vertices)) return;
  throw new Error(
    `${name}: expected a surface, which has about two faces for each vertex, found ${faces} faces of ${vertices} vertices.`,
  );
}

function checkSize({ low, high }: MeshBox, name: string): void {
  const size = Math.max(...high.map((value, axis) => value - low[axis]));
  if (size === 0) throw new Error(`${name}: all vertices of the mesh lie at one point.`);
  if (size >= LEAST_SIZE) return;
  throw new Error(`${name}: expected a mesh of a size of at least ${LEAST_SIZE}, found ${size.toPrecision(3)}.`);
}

/**
 * Transforms a mesh back to the coordinates before normalisation.
 *
 * @param transform The transform that {@linkcode normaliseMesh} returned.
 */
export function denormaliseMesh(mesh: Mesh, transform: MeshTransform): Mesh {
  checkArguments("denormaliseMesh", { mesh: [mesh, MESH], transform: [transform, TRANSFORM] });
  const { centre, scale, rotation: r } = transform;
  const positions = mapPositions(mesh.positions, ([x, y, z]) => [
    (r[0] * x + r[3] * y + r[6] * z) / scale + centre[0],
    (r[1] * x + r[4] * y + r[7] * z) / scale + centre[1],
    (r[2] * x + r[5] * y + r[8] * z) / scale + centre[2],
  ]);
  return { positions: fitPositions(positions, mesh.indices), indices: mesh.indices };
}

const TRANSFORM = objectWith("the transform that normaliseMesh returned", "centre", "scale", "rotation");

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
