import type { Mesh } from "../../lib/codec/mod.ts";

/** How a body of voxels becomes a mesh. */
export interface VoxelOptions {
  /** Whether a voxel of the box is solid. */
  readonly isSolid: (x: number, y: number, z: number) => boolean;
  /** The number of voxels along each axis. */
  readonly size: readonly [number, number, number];
  /** The planes between voxels along each axis, one more than the size; by default 0, 1, 2, … */
  readonly planes?: readonly (readonly number[])[];
  /** Whether sides between two solid voxels are there too, once for each voxel; by default false. */
  readonly hasWalls?: boolean;
  /** Whether the next square is cut along its other diagonal; by default it is not. */
  readonly isCutOtherwise?: () => boolean;
}

/** The surface of a body of voxels, oriented outward, and its volume. Cavities and voxels that touch at edges or corners share vertices. */
export function voxels(options: VoxelOptions): { mesh: Mesh; volume: number } {
  const { isSolid, size, hasWalls = false, isCutOtherwise = () => false } = options;
  const planes = options.planes ?? size.map((count) => Array.from({ length: count + 1 }, (_, i) => i));
  const positions: number[] = [];
  const indices: number[] = [];
  const vertices = new Map<string, number>();
  const vertex = (place: readonly number[]) => {
    const key = place.join();
    if (!vertices.has(key)) {
      vertices.set(key, positions.length / 3);
      positions.push(...place.map((i, axis) => planes[axis][i]));
    }
    return vertices.get(key)!;
  };
  const isFilled = (place: readonly number[]) =>
    place.every((i, axis) => i >= 0 && i < size[axis]) && isSolid(place[0], place[1], place[2]);
  let volume = 0;
  const cells = size[0] * size[1] * size[2];
  for (let cell = 0; cell < cells; cell++) {
    const place = [cell % size[0], Math.floor(cell / size[0]) % size[1], Math.floor(cell / size[0] / size[1])];
    if (!isFilled(place)) continue;
    volume += place.reduce((product, i, axis) => product * (planes[axis][i + 1] - planes[axis][i]), 1);
    for (let side = 0; side < 6; side++) {
      const [axis, isUpper] = [side >> 1, side % 2];
      if (!hasWalls && isFilled(place.with(axis, place[axis] + 2 * isUpper - 1))) continue;
      const square = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([u, v]) => {
        const corner = place.with(axis, place[axis] + isUpper);
        corner[(axis + 1) % 3] += u;
        corner[(axis + 2) % 3] += v;
        return vertex(corner);
      });
      const [a, b, c, d] = isUpper === 1 ? square : square.reverse();
      indices.push(...isCutOtherwise() ? [a, b, d, b, c, d] : [a, b, c, a, c, d]);
    }
  }
  return { mesh: { positions: new Float64Array(positions), indices: new Uint32Array(indices) }, volume };
}
