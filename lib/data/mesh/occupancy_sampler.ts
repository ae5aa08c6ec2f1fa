import { checkOptions } from "../../hyperparameter/members.ts";
import { checkRange } from "../../hyperparameter/range.ts";
import type { MatrixPlace } from "../../diff/request.ts";
import type { DeviceBuffer } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { linearGroups } from "../../gpu/groups.ts";
import { checkSeed, streams } from "../../gpu/random.ts";
import type { TrainingData } from "../training_data.ts";
import type { Mesh } from "../../codec/mesh/mesh.ts";
import { surfaceTable } from "./surface_table.ts";
import { WindingNumber } from "./winding.ts";
import pointsText from "../../../wgsl/data/mesh/occupancy_points.wgsl" with { type: "text" };

const pointsSource = { name: "occupancy_points", text: pointsText };

/** Standard deviations of the noise on points near the surface (Mescheder et al. 2019 call it importance sampling). */
const WIDE = 0.1;
const NARROW = 0.01;

/** Options of {@linkcode OccupancySampler}. */
export interface OccupancySamplerOptions {
  /**
   * A point is inside if its winding number is larger than this; by default ½. A smaller threshold closes holes; a larger one opens
   * thin parts.
   */
  readonly threshold?: number;
  /** The accuracy β of winding numbers; see `windingTree`. */
  readonly accuracy?: number;
}

/** Options of {@linkcode OccupancySampler.data}. */
export interface OccupancyDataOptions {
  /** The number of points per epoch; 10⁶ by default. */
  readonly count?: number;
  /** Random seed of the points; an unsigned 32-bit integer, 0 by default. */
  readonly seed?: number;
}

/** Options of {@linkcode OccupancySampler.sample}. */
export interface PointOptions {
  /** The number of points; 10 000 by default. */
  readonly count?: number;
  /** Random seed of the points; an unsigned 32-bit integer, 0 by default. */
  readonly seed?: number;
  /** The epoch, which gives other points with the same seed; an integer of at least 0, by default 0. */
  readonly epoch?: number;
  /** How the points are distributed, see {@linkcode PointRequest.mix}; `thirds` by default. */
  readonly mix?: PointRequest["mix"];
}

/** Points with their labels: inside or outside. */
export interface LabelledPoints {
  /** `[count, 3]` row-major. */
  readonly points: Float32Array;
  /** `[count]`: 1 inside, 0 outside. */
  readonly inside: Float32Array;
}

/** A request to draw points with their labels. */
export interface PointRequest {
  /** The matrix that receives the points. */
  readonly points: MatrixPlace;
  /** The matrices that receive the labels: 1 inside and 0 outside. */
  readonly labels: readonly MatrixPlace[];
  /** The numbers of the samples, of which those from `first` on are used. */
  readonly indices: DeviceBuffer;
  /** The position of the first sample number in `indices`. */
  readonly first: number;
  /** The number of points. */
  readonly rows: number;
  /** The number of rows including padding; rows from `rows` on become 0. */
  readonly paddedRows: number;
  /** The epoch, which gives other points for the same sample numbers. */
  readonly epoch: number;
  /** Random seed of the points. */
  readonly seed: number;
  /**
   * The distribution of the points. `thirds`: a third each is uniform in [−1, 1]³, on the surface plus noise of standard deviation
   * 0.1, and on the surface plus noise of 0.01. `halves`: half is uniform and a quarter each is of the other two kinds.
   */
  readonly mix: "thirds" | "halves";
  /** The random stream: one of {@linkcode streams}, each of which gives other points. */
  readonly stream: number;
}

/** The number of samples after which the kinds of points repeat. `occupancy_points.wgsl` defines their order. */
const PERIODS = { thirds: 3, halves: 4 };

/** Whether a sample of the mix `halves` is uniform in the cube. */
export function isUniform(sample: number): boolean {
  return sample % 2 === 0;
}

/** The number of points that `OccupancySampler.sample` draws at a time. */
const CHUNK = 2 ** 17;

/**
 * Draws points around a mesh and labels them as inside or outside, on the device.
 *
 * @example
 * ```ts
 * import { decodeMesh } from "../../codec/mesh/decode_mesh.ts";
 * import { normaliseMesh } from "./normalise.ts";
 * import { openDevice } from "../../linalg/gemm/open_device.ts";
 * import { OccupancySampler } from "./occupancy_sampler.ts";
 *
 * const { mesh } = normaliseMesh(await decodeMesh(await Deno.readFile("bunny.obj"), "bunny.obj"));
 * using gpu = await openDevice();
 * using sampler = new OccupancySampler(gpu, mesh);
 * const { points, inside } = await sampler.sample({ count: 1000, seed: 3 });
 * console.log(points.subarray(0, 3), inside[0] === 1 ? "inside" : "outside");
 * ```
 */
export class OccupancySampler implements Disposable {
  /** The winding numbers, by which points are labelled. */
  readonly winding: WindingNumber;
  /** A point is inside if its winding number is larger than this. */
  readonly threshold: number;
  readonly #surface: DeviceBuffer;
  readonly #faces: number;

  /**
   * Uploads a mesh to the device.
   *
   * @param gpu The device.
   * @param mesh A mesh within [−1, 1]³; see `normaliseMesh`.
   * @param options Options of the sampler.
   */
  constructor(readonly gpu: Gpu, mesh: Mesh, options: OccupancySamplerOptions = {}) {
    checkOptions("OccupancySampler", options, { threshold: true, accuracy: true });
    const { threshold = 0.5, accuracy } = options;
    checkRange("OccupancySampler: threshold", threshold, { type: "number" });
    this.threshold = threshold;
    this.winding = new WindingNumber(gpu, mesh, accuracy);
    const table = surfaceTable(mesh);
    this.#faces = mesh.indices.length / 3;
    this.#surface = gpu.buffer("surface", table.byteLength);
    gpu.write(this.#surface, table);
  }

  /** Records drawing and labelling points. */
  record({ points, labels, indices, first, rows, paddedRows, epoch, seed, mix, stream }: PointRequest): void {
    this.gpu.dispatch(
      this.gpu.kernel(pointsSource),
      { surface: this.#surface, indices, batch: points.buffer },
      {
        rows,
        padded_rows: paddedRows,
        stride: points.stride,
        first,
        faces: this.#faces,
        period: PERIODS[mix],
        wide: WIDE,
        narrow: NARROW,
        key0: seed,
        key1: stream,
        epoch,
      },
      linearGroups(paddedRows, 64),
    );
    for (const place of labels) this.winding.record(points, place, rows, paddedRows, this.threshold);
  }

  /**
   * Training data for a field with three inputs and one output. Each epoch has new points, distributed as `thirds` in
   * {@linkcode PointRequest.mix}. A point depends only on seed, epoch and its number, so
   * batches can be drawn again. The data are valid as long as the sampler.
   */
  data(options: OccupancyDataOptions = {}): TrainingData {
    checkOptions("OccupancySampler.data", options, { count: true, seed: true });
    const { count = 1_000_000, seed = 0 } = options;
    checkCount(count);
    checkSeed("occupancy", seed);
    return {
      count,
      population: Infinity,
      fill: ({ first, rows, paddedRows, inputs, targets }, indices, { epoch }) => {
        const [points] = inputs.values();
        const labels = [...targets.values()];
        const kind = { mix: "thirds" as const, stream: streams.points };
        this.record({ points, labels, indices, first, rows, paddedRows, epoch, seed, ...kind });
      },
      [Symbol.dispose]() {},
    };
  }

  /**
   * Draws points and reads them with their labels to the host. With the same seed and epoch and the mix `thirds`, they are the points
   * of {@linkcode OccupancySampler.data}. With a larger count, the first points are the same.
   *
   * @throws {RangeError} If a number is out of its range.
   */
  async sample(options: PointOptions = {}): Promise<LabelledPoints> {
    checkOptions("OccupancySampler.sample", options, { count: true, seed: true, epoch: true, mix: true });
    const { count = 10_000, seed = 0, epoch = 0, mix = "thirds" } = options;
    checkCount(count);
    checkSeed("occupancy", seed);
    if (!Object.hasOwn(PERIODS, mix)) {
      throw new RangeError(`occupancy: mix must be one of ${Object.keys(PERIODS).join(", ")}, found ${mix}.`);
    }
    if (!Number.isSafeInteger(epoch) || epoch < 0 || epoch >= 2 ** 32) {
      throw new RangeError(`occupancy: epoch must be a whole number from 0 to 2³² − 1, found ${epoch}.`);
    }
    const [points, inside] = [new Float32Array(3 * count), new Float32Array(count)];
    const { gpu } = this;
    const chunk = Math.min(CHUNK, count);
    using indices = gpu.buffer("samples", chunk * 4);
    using batch = gpu.buffer("sampled points", chunk * 16);
    using labels = gpu.buffer("sampled labels", chunk * 16);
    for (let first = 0; first < count; first += chunk) {
      const rows = Math.min(chunk, count - first);
      gpu.write(indices, Uint32Array.from({ length: rows }, (_, i) => first + i));
      this.record({
        points: { buffer: batch, width: 3, stride: 4 },
        labels: [{ buffer: labels, width: 1, stride: 4 }],
        indices,
        first: 0,
        rows,
        paddedRows: rows,
        epoch,
        seed,
        mix,
        stream: streams.points,
      });
      const [drawn, labelled] = (await gpu.read(batch, labels)).map((bytes) => new Float32Array(bytes));
      for (let i = 0; i < rows; i++) {
        points.set(drawn.subarray(4 * i, 4 * i + 3), 3 * (first + i));
        inside[first + i] = labelled[4 * i];
      }
    }
    return { points, inside };
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.winding[Symbol.dispose]();
    this.#surface[Symbol.dispose]();
  }
}

/**
 * Checks a number of points.
 *
 * @throws {RangeError} If it is not an integer from 1 to 2³¹.
 */
export function checkCount(count: number): void {
  if (!Number.isSafeInteger(count) || count < 1 || count > 2 ** 31) {
    throw new RangeError(`occupancy: count must be a whole number from 1 to 2³¹, found ${count}.`);
  }
}
