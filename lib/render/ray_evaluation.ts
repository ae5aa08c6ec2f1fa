import type { DeviceBuffer } from "../gpu/buffer.ts";
import { columnOf } from "../data/column_of.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { ChunkRequest, MatrixPlace } from "../diff/request.ts";
import type { Field } from "../field/field.ts";
import { padWidth } from "../linalg/layout.ts";
import { padRows } from "../linalg/gemm/shape.ts";
import { Network } from "../field/network.ts";
import { chunkRows, DEFAULT_MEMORY } from "../field/rows.ts";
import { tuneKernels } from "../field/tune.ts";
import { checkRadianceField, checkVolume, type VolumeOptions } from "../objective/volume_rendering.ts";
import volume_medium from "../../wgsl/objective/volume_medium.wgsl" with { type: "text" };
import text from "../../wgsl/render/volume_composite.wgsl" with { type: "text" };
import { bytesPerRow } from "../field/sizes.ts";

/** The results of volume rendering along rays. */
export interface RenderedRays {
  /** `[rays, 3]`: colours in [0, 1]. */
  readonly pixel: Float32Array;
  /** `[rays]`: opacity in [0, 1], Σ w. */
  readonly opacity: Float32Array;
  /** `[rays]`: depth Σ w (t + t′)/2, not divided by the opacity. */
  readonly depth: Float32Array;
  /** `[rays]`: the median depth, at which half of the opacity is reached. It lies on a surface also where `depth` is between two of them. */
  readonly median: Float32Array;
  /** `[rays]`: the density at the median depth, per unit of depth. */
  readonly medianDensity: Float32Array;
  /** `[rays, intervals]`: the weight w of each interval, if asked for. */
  readonly weights?: Float32Array;
}

const kernelSource = { name: "volume_composite", text };

/** Renders many rays chunk by chunk, with bounded memory. */
export class RayEvaluation implements Disposable {
  /** The number of rays of a chunk. */
  readonly chunk: number;
  readonly #field: Field;
  readonly #options: Required<VolumeOptions>;
  readonly #network: Network;
  readonly #edges: DeviceBuffer;
  readonly #rendered: DeviceBuffer;
  readonly #weights: DeviceBuffer;
  readonly #inputs = new Map<string, MatrixPlace>();
  readonly #targets: ReadonlyMap<string, MatrixPlace>;
  #tuned = false;

  /**
   * @param rays The total number of rays; a small number takes little memory.
   * @param memory The most bytes of device memory that a chunk may take.
   * @throws {Error} If the field is not a radiance field, or a single ray does not fit in a chunk.
   */
  constructor(field: Field, options: VolumeOptions, rays: number, memory: number = DEFAULT_MEMORY) {
    const { gpu, description } = field;
    this.#field = field;
    this.#options = checkVolume(options);
    checkRadianceField(description);
    const { intervals } = this.#options;
    const rows = chunkRows(gpu, rays * intervals, bytesPerRow(description, false), memory);
    this.chunk = Math.floor(rows / intervals);
    if (this.chunk === 0) {
      throw new Error(`rendering: a ray of ${intervals} rows does not fit in a chunk of ${rows} rows.`);
    }
    this.#network = new Network(field, rows, false);
    const stride = padWidth(intervals + 1);
    this.#edges = gpu.buffer("edges", padRows(this.chunk) * stride * 4);
    this.#rendered = gpu.buffer("rendered rays", this.chunk * 32);
    this.#weights = gpu.buffer("interval weights", rows * 4);
    this.#targets = new Map([["edges", { buffer: this.#edges, width: intervals + 1, stride }]]);
    for (const name of Object.keys(description.inputs)) {
      const { value, width, padded } = this.#network.node(name);
      this.#inputs.set(name, { buffer: value, width, stride: padded });
    }
  }

  /**
   * Renders the rays first … first + count − 1; `count` is at most `chunk`.
   *
   * @param fill Records filling the inputs and the target `edges` of these rays.
   * @param weights Whether to return the weights of the intervals.
   */
  async run(
    first: number,
    count: number,
    fill: (chunk: ChunkRequest) => void,
    weights: boolean = false,
  ): Promise<RenderedRays> {
    const { gpu, description, parameters } = this.#field;
    const rows = count * this.#options.intervals;
    const paddedRows = padRows(rows);
    if (!this.#tuned) await tuneKernels(gpu, { description, rows: this.#network.capacity, gradients: false });
    this.#tuned = true;
    fill({
      first,
      samples: count,
      paddedSamples: padRows(count),
      rows,
      paddedRows,
      inputs: this.#inputs,
      targets: this.#targets,
      evaluate: (rows, output) => this.#network.evaluate(rows, parameters, output),
    });
    this.#network.forward(paddedRows, parameters);
    this.#composite(count);
    return await this.#read(count, weights);
  }

  /** Records compositing the first `count` rays of the chunk from the network's outputs. */
  #composite(count: number): void {
    const { gpu } = this.#field;
    const { intervals, background, densityScale } = this.#options;
    gpu.dispatch(
      gpu.kernel(kernelSource, { volume_medium }),
      {
        density: this.#network.output("density").value,
        colour: this.#network.output("colour").value,
        edges: this.#edges,
        rendered: this.#rendered,
        weights: this.#weights,
      },
      {
        rays: count,
        intervals,
        edge_stride: padWidth(intervals + 1),
        background: background === "white" ? 1 : 0,
        density_scale: densityScale,
      },
      linearGroups(count, 64),
    );
  }

  /** Waits for the first `count` rays of the chunk and reads them. */
  async #read(count: number, weights: boolean): Promise<RenderedRays> {
    const { intervals } = this.#options;
    const slices = [this.#rendered.slice(0, count * 32)];
    if (weights) slices.push(this.#weights.slice(0, count * intervals * 4));
    const [bytes, weightBytes] = await this.#field.gpu.read(...slices);
    const numbers = new Float32Array(bytes);
    const pixel = new Float32Array(count * 3);
    for (let i = 0; i < count; i++) pixel.set(numbers.subarray(i * 8, i * 8 + 3), i * 3);
    return {
      pixel,
      opacity: columnOf(numbers, 8, 3),
      depth: columnOf(numbers, 8, 4),
      median: columnOf(numbers, 8, 5),
      medianDensity: columnOf(numbers, 8, 6),
      ...weights && { weights: new Float32Array(weightBytes) },
    };
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#network[Symbol.dispose]();
    for (const buffer of [this.#edges, this.#rendered, this.#weights]) buffer[Symbol.dispose]();
  }
}
