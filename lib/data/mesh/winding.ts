import type { DeviceBuffer } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { linearGroups } from "../../gpu/groups.ts";
import type { Mesh } from "../../codec/mesh/mesh.ts";
import { type WindingTree, windingTree } from "./winding_tree.ts";
import windingText from "../../../wgsl/data/mesh/winding_number.wgsl" with { type: "text" };

const windingSource = { name: "winding_number", text: windingText };

/** The number of points that `WindingNumber.at` processes at a time. */
const CHUNK = 2 ** 17;

/** A matrix on the device. */
export interface DeviceRows {
  /** The entries, row-major. */
  readonly buffer: DeviceBuffer;
  /** The number of entries of a row; a multiple of 4. */
  readonly stride: number;
}

/**
 * Generalised winding numbers of a mesh, computed on the device (Barill et al. 2018; Jacobson et al. 2013): how often the surface
 * winds around a point. The number is 1 inside and 0 outside of a closed surface, and between these near the holes of an open one.
 *
 * @example
 * ```ts
 * import { openDevice } from "../../linalg/gemm/open_device.ts";
 * import { WindingNumber } from "./winding.ts";
 *
 * const positions = new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
 * const indices = new Uint32Array([2, 1, 0, 0, 1, 3, 1, 2, 3, 2, 0, 3]);
 * using gpu = await openDevice();
 * using winding = new WindingNumber(gpu, { positions, indices });
 * console.log(await winding.at([0.2, 0.2, 0.2, 5, 5, 5])); // about 1 and 0
 * ```
 */
export class WindingNumber implements Disposable {
  /** The hierarchy over the triangles. */
  readonly tree: WindingTree;
  readonly #buffer: DeviceBuffer;

  /**
   * Builds the hierarchy and uploads it to the device.
   *
   * @param gpu The device.
   * @param mesh Any triangles near the origin, neither tiny nor huge, because the device computes with 32 bits (see `normaliseMesh`).
   * @param accuracy The accuracy β; see {@linkcode windingTree}.
   * @throws {RangeError} If the mesh is too small, too large or too far from the origin for 32 bits, or the accuracy is not positive.
   */
  constructor(readonly gpu: Gpu, mesh: Mesh, accuracy?: number) {
    this.tree = windingTree(mesh, accuracy);
    checkPlace(mesh);
    this.#buffer = gpu.buffer("winding tree", this.tree.nodes.byteLength);
    gpu.write(this.#buffer, this.tree.nodes);
  }

  /**
   * Records computing the winding numbers of `count` points; rows from `count` to `rows` become 0.
   *
   * @param points A matrix whose rows begin with x, y and z.
   * @param labels The first entry of each row receives the winding number; with a threshold, it is 1 if the winding number is larger
   * and 0 otherwise.
   */
  record(points: DeviceRows, labels: DeviceRows, count: number, rows: number, threshold?: number): void {
    this.gpu.dispatch(
      this.gpu.kernel(windingSource),
      { tree: this.#buffer, points: points.buffer, labels: labels.buffer },
      {
        count,
        rows,
        stride: points.stride,
        label_stride: labels.stride,
        labelled: threshold === undefined ? 0 : 1,
        nodes: 2 * this.tree.faces,
        threshold: threshold ?? 0,
      },
      linearGroups(rows, 64),
    );
  }

  /**
   * Computes the winding numbers of points.
   *
   * @param points `[n, 3]` row-major.
   * @returns The winding numbers `[n]`.
   */
  async at(points: ArrayLike<number>): Promise<Float32Array> {
    const count = points.length / 3;
    if (!Number.isInteger(count)) {
      throw new Error(`winding: expected three numbers per point, found ${points.length} in total.`);
    }
    const results = new Float32Array(count);
    const chunk = Math.min(CHUNK, Math.max(1, count));
    using rows = this.gpu.buffer("winding points", chunk * 16);
    using labels = this.gpu.buffer("winding numbers", chunk * 16);
    const padded = new Float32Array(chunk * 4);
    for (let first = 0; first < count; first += chunk) {
      const length = Math.min(chunk, count - first);
      for (let i = 0; i < length; i++) {
        for (let axis = 0; axis < 3; axis++) padded[4 * i + axis] = points[3 * (first + i) + axis];
      }
      this.gpu.write(rows, padded);
      this.record({ buffer: rows, stride: 4 }, { buffer: labels, stride: 4 }, length, length);
      const [bytes] = await this.gpu.read(labels);
      const read = new Float32Array(bytes);
      for (let i = 0; i < length; i++) results[first + i] = read[4 * i];
    }
    return results;
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#buffer[Symbol.dispose]();
  }
}

/**
 * The smallest and largest size of a mesh whose squares and cubes fit in 32-bit floats, and the farthest distance from the origin, in
 * sizes, at which they still distinguish the mesh's points.
 */
const [SMALLEST, LARGEST, FARTHEST] = [1e-6, 1e6, 1e3];

function checkPlace({ positions }: Mesh): void {
  let [size, distance] = [0, 0];
  for (let axis = 0; axis < 3; axis++) {
    let [low, high] = [Infinity, -Infinity];
    for (let i = axis; i < positions.length; i += 3) {
      low = Math.min(low, positions[i]);
      high = Math.max(high, positions[i]);
    }
    size = Math.max(size, high - low);
    distance = Math.max(distance, Math.abs(low), Math.abs(high));
  }
  if (size >= SMALLEST && size <= LARGEST && distance <= FARTHEST * size) return;
  throw new RangeError(
    `winding number: expected a mesh of a size from ${SMALLEST} to ${LARGEST}, at most ${FARTHEST} times its size from 0 ` +
      `(normaliseMesh makes one), found size ${size.toPrecision(3)} at distance ${distance.toPrecision(3)}.`,
  );
}
