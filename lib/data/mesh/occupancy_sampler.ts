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
  /** A point is inside where its winding number is more; default ½. Less closes holes, more opens thin parts. */
  readonly threshold?: number;
  /** See `windingTree`. */
  readonly accuracy?: number;
}

/** Options of {@linkcode OccupancySampler.data}. */
export interface OccupancyDataOptions {
  /** Points of an epoch; 10⁶ by default. */
  readonly count?: number;
  /** Keys the points; an unsigned 32-bit number, 0 by default. */
  readonly seed?: number;
}

/** Options of {@linkcode OccupancySampler.sample}. */
export interface PointOptions {
  /** How many; 10 000 by default. */
  readonly count?: number;
  /** Keys the points; an unsigned 32-bit number, 0 by default. */
  readonly seed?: number;
  /** Draws other points with the same seed; a whole number from 0, which it is by default. */
  readonly epoch?: number;
  /** How they are spread, see {@linkcode PointRequest.mix}; `thirds` by default. */
  readonly mix?: PointRequest["mix"];
}

/** Points and on which side of a surface they lie. */
export interface LabelledPoints {
  /** `[count, 3]` row-major. */
  readonly points: Float32Array;
  /** `[count]`: 1 inside, 0 outside. */
  readonly inside: Float32Array;
}

/** Rows of a batch to be filled with points and their labels. */
export interface PointRequest {
  /** Where the points go. */
  readonly points: MatrixPlace;
  /** Where the labels go, 1 inside and 0 outside. */
  readonly labels: readonly MatrixPlace[];
  /** Sample numbers, of which those from `first` on are used. */
  readonly indices: DeviceBuffer;
  /** First sample number. */
  readonly first: number;
  /** Rows wanted. */
  readonly rows: number;
  /** Rows from `rows` up to here become 0. */
  readonly paddedRows: number;
  /** Draws other points for the same sample numbers. */
  readonly epoch: number;
  /** Keys the points. */
  readonly seed: number;
  /**
   * `thirds`: uniform in [−1, 1]³, near the surface with noise of deviation 0.1, and of 0.01, alike. `halves`: half uniform and
   * a quarter of each of the others.
   */
  readonly mix: "thirds" | "halves";
  /** What the points are for: one of {@linkcode streams}, of which each gives other points. */
  readonly stream: number;
}

/** Samples that are drawn the same way come every so many. Their order within: see `occupancy_points.wgsl`. */
const PERIODS = { thirds: 3, halves: 4 };

/** Whether a sample of the mix `halves` is uniform in the cube. */
export function isUniform(sample: number): boolean {
  return sample % 2 === 0;
}

/** Points drawn and labelled at a time by `OccupancySampler.sample`. */
const CHUNK = 2 ** 17;

/**
 * Points around a mesh and whether they are inside, drawn and labelled on the device.
 *
 * @example
 * ```ts
 * import { decodeMesh } from "../../codec/mesh/decode_mesh.ts";
 * import { normaliseMesh } from "./normalise.ts";
 * import { openDevice } from "../../gpu/device.ts";
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
  /** Labels the points. */
  readonly winding: WindingNumber;
  /** What it takes to be inside. */
  readonly threshold: number;
  readonly #surface: DeviceBuffer;
  readonly #faces: number;

  /**
   * Puts a mesh on the device.
   *
   * @param gpu The device.
   * @param mesh Within [−1, 1]³, see `normaliseMesh`.
   * @param options Settings.
   */
  constructor(readonly gpu: Gpu, mesh: Mesh, options: OccupancySamplerOptions = {}) {
    const { threshold = 0.5, accuracy } = options;
    if (!Number.isFinite(threshold)) throw new RangeError(`occupancy: threshold must be a number, found ${threshold}.`);
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
   * Training data for a field of three inputs and one output: new points each epoch, a third uniform in [−1, 1]³, a third near
   * the surface with noise of deviation 0.1, a third with 0.01. A point depends only on seed, epoch and its number, so that
   * batches can be drawn again. It lives as long as the sampler.
   */
  data(options: OccupancyDataOptions = {}): TrainingData {
    const { count = 1_000_000, seed = 0 } = options;
    checkCount(count);
    checkSeed("occupancy", seed);
    return {
      count,
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
   * Points and their labels on the host. With the same seed and epoch they are those that {@linkcode OccupancySampler.data}
   * trains on, where `mix` is `thirds`; more points begin with the fewer.
   *
   * @throws {RangeError} If a number is out of its range.
   */
  async sample(options: PointOptions = {}): Promise<LabelledPoints> {
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
 * Checks how many points are wanted.
 *
 * @throws {RangeError} If that is no whole number from 1 to 2³¹.
 */
export function checkCount(count: number): void {
  if (!Number.isSafeInteger(count) || count < 1 || count > 2 ** 31) {
    throw new RangeError(`occupancy: count must be a whole number from 1 to 2³¹, found ${count}.`);
  }
}
