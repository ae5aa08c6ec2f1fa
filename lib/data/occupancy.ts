import type { MatrixPlace } from "../diff/request.ts";
import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import { checkSeed, streams } from "../gpu/random.ts";
import type { TrainingData } from "../train/data.ts";
import type { Mesh } from "./mesh/mesh.ts";
import { surfaceTable } from "./mesh/surface_table.ts";
import { WindingNumber } from "./mesh/winding.ts";
import pointsText from "../../wgsl/occupancy_points.wgsl" with { type: "text" };
import threefryText from "../../wgsl/threefry.wgsl" with { type: "text" };

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
  /** What the points are for; see {@linkcode streams}. */
  readonly stream: number;
}

/** Samples that are drawn the same way come every so many. Their order within: see `occupancy_points.wgsl`. */
const PERIODS = { thirds: 3, halves: 4 };

/** Whether a sample of the mix `halves` is uniform in the cube. */
export function isUniform(sample: number): boolean {
  return sample % 2 === 0;
}

/** Points around a mesh and whether they are inside, drawn and labelled on the device, never on the host. */
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
      this.gpu.kernel(pointsSource, { threefry: threefryText }),
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
    if (!Number.isSafeInteger(count) || count < 1 || count > 2 ** 31) {
      throw new RangeError(`occupancy: count must be a whole number from 1 to 2³¹, found ${count}.`);
    }
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

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.winding[Symbol.dispose]();
    this.#surface[Symbol.dispose]();
  }
}
