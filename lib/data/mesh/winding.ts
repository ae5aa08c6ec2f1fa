import type { DeviceBuffer } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { linearGroups } from "../../gpu/groups.ts";
import type { Mesh } from "../../codec/mesh/mesh.ts";
import { type WindingTree, windingTree } from "./winding_tree.ts";
import windingText from "../../../wgsl/data/mesh/winding_number.wgsl" with { type: "text" };

const windingSource = { name: "winding_number", text: windingText };

/** Points that are worked through at a time by `WindingNumber.at`. */
const CHUNK = 2 ** 17;

/** Rows of numbers on the device. */
export interface DeviceRows {
  /** Row-major. */
  readonly buffer: DeviceBuffer;
  /** Numbers of a row, a multiple of 4. */
  readonly stride: number;
}

/**
 * Generalised winding numbers of a mesh on a device (Barill et al. 2018; Jacobson et al. 2013): how often the surface goes
 * around a point, 1 inside and 0 outside of a closed one, and something between near the holes of an open one.
 *
 * @example
 * ```ts
 * import { openDevice } from "../../gpu/device.ts";
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
  /** The hierarchy. */
  readonly tree: WindingTree;
  readonly #buffer: DeviceBuffer;

  /**
   * Builds the hierarchy and puts it on the device.
   *
   * @param gpu The device.
   * @param mesh Any triangles, about the origin and neither tiny nor huge: the device works with 32 bits (see `normaliseMesh`).
   * @param accuracy See {@linkcode windingTree}.
   * @throws {RangeError} If 32 bits are too few for where the mesh lies, or the accuracy is not positive.
   */
  constructor(readonly gpu: Gpu, mesh: Mesh, accuracy?: number) {
    this.tree = windingTree(mesh, accuracy);
    checkPlace(mesh);
    this.#buffer = gpu.buffer("winding tree", this.tree.nodes.byteLength);
    gpu.write(this.#buffer, this.tree.nodes);
  }

  /**
   * Records the winding numbers of `count` points; rows from there to `rows` become 0.
   *
   * @param points Row-major, x, y and z first.
   * @param labels The first number of each row gets the winding number, or with a threshold 1 where it is more and 0
   * elsewhere.
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
   * The winding number at each of some points.
   *
   * @param points `[n, 3]` row-major.
   * @returns `[n]`.
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

/** Sizes whose squares and cubes 32 bits hold, and the distance from 0, in sizes, at which they still tell points of a mesh apart. */
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
