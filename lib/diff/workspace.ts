import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Field } from "../field/field.ts";
import { Network, type Node } from "../field/network.ts";
import { chunkRows, DEFAULT_MEMORY } from "../field/rows.ts";
import { bytesPerRow } from "../field/sizes.ts";
import { padRows, ROW_BLOCK } from "../linalg/gemm/shape.ts";
import { WeightSums } from "../linalg/gemm/weight_sums.ts";
import { padWidth } from "../linalg/layout.ts";
import { type Objective, type ObjectivePass, targetsOf } from "../objective/objective.ts";
import { BufferPool } from "./buffer_pool.ts";
import { type Chunk, type ChunkSize, cutBatch } from "./chunks.ts";
import type { MatrixPlace } from "./request.ts";

/** Splitting the sum over the batch gives parallel hardware something to do; more than this only costs traffic. */
const MAX_SPLITS = 64;
const PARTIAL_MEMORY = 128 * 2 ** 20;

/** What a workspace is made for. */
interface WorkspaceOptions {
  /** Samples of the largest batch. */
  readonly samples: number;
  /** Whether second-order products will be asked for. */
  readonly products: boolean;
  /** Entries of the ring of losses, 1 by default. */
  readonly slots?: number;
  /** Bytes that one chunk may take. */
  readonly memory?: number;
}

/** Where a backward pass starts, and where its partial sums go. */
export interface BackwardMemory {
  /** Adjoints of the outputs that the objective reads, or the tangents of these adjoints: [padded rows, stride]. */
  readonly seeds: ReadonlyMap<Node, DeviceBuffer>;
  /** Where the parameters' adjoint is summed up. */
  readonly sums: WeightSums;
}

/** Makes a buffer that the workspace owns. */
type Allocate = (label: string, bytes: number) => DeviceBuffer;

/**
 * The device memory in which `differentiate` computes derivatives of objective(field) over batches. A batch that is larger than one
 * chunk is cut into chunks of whole samples, whose contributions are added in order; the result is the same up to rounding.
 */
export class Workspace implements Disposable {
  /** The device. */
  readonly gpu: Gpu;
  /** A ring of losses, one entry a pass (f32). */
  readonly losses: DeviceBuffer;
  /**
   * flags[0]: the first step at which the gradient or product was not finite; all ones while there is none. flags[1] is the
   * caller's, for the parameters.
   */
  readonly flags: DeviceBuffer;
  /** Rows of one chunk, at most. */
  readonly chunkRows: number;
  /** Values of one chunk, with their tangents where products are asked for. */
  readonly network: Network;
  /** Matrices as high as a chunk. */
  readonly pool: BufferPool;
  /** Each sample's share of the loss. */
  readonly sampleLoss: DeviceBuffer;
  /** Where each named input goes: [padded rows, stride]. */
  readonly inputs: ReadonlyMap<string, MatrixPlace>;
  /** Where each named target goes: [padded samples, stride]. */
  readonly targets: ReadonlyMap<string, MatrixPlace>;
  /** Memory for the gradient. */
  readonly gradient: BackwardMemory;
  /** The same seeds by the outputs' names, as objectives take them. */
  readonly adjoints: ObjectivePass["adjoints"];
  readonly #product?: BackwardMemory;
  readonly #size: ChunkSize;
  readonly #owned: DisposableStack;

  /**
   * Allocates everything except the pool's matrices, which the first pass allocates.
   *
   * @throws When not even one sample fits.
   */
  constructor(readonly field: Field, readonly objective: Objective, options: WorkspaceOptions) {
    const { gpu, description, layout } = field;
    this.gpu = gpu;
    const rowsPerSample = objective.rowsPerSample ?? 1;
    this.chunkRows = rowsOfChunk(field, options.samples * rowsPerSample, options);
    this.#size = { samples: Math.floor(this.chunkRows / rowsPerSample), rowsPerSample };
    if (this.#size.samples === 0) {
      throw new Error(
        `${objective.name}: a sample of ${rowsPerSample} rows does not fit a chunk of ${this.chunkRows} rows.`,
      );
    }
    using made = new DisposableStack();
    const allocate: Allocate = (label, bytes) => made.use(gpu.buffer(label, bytes));
    this.network = made.use(new Network(field, this.chunkRows, options.products));
    this.pool = made.use(new BufferPool(gpu, this.chunkRows));
    this.sampleLoss = allocate("sample losses", this.chunkRows * 4);
    this.losses = allocate("losses", (options.slots ?? 1) * 4);
    this.flags = allocate("flags", 16);
    gpu.write(this.flags, new Uint32Array(4).fill(0xffffffff));
    this.inputs = inputPlaces(this.network, Object.keys(description.inputs));
    this.targets = targetPlaces(targetsOf(objective, description), this.#size.samples, allocate);
    const outputs = outputNodes(objective, this.network);
    const backward = (what: string, terms: 1 | 2): BackwardMemory => ({
      seeds: seedsOf(outputs, `adjoint${what}`, this.chunkRows, allocate),
      sums: made.use(
        new WeightSums(gpu, {
          label: `partial sums of adjoint${what}s`,
          length: layout.deviceLength,
          rows: this.chunkRows,
          terms,
        }),
      ),
    });
    this.gradient = backward("", 1);
    if (options.products) this.#product = backward(" tangent", 2);
    this.adjoints = new Map(
      Array.from(outputs, ([name, node]) => {
        return [name, { adjoint: this.gradient.seeds.get(node)!, tangent: this.#product?.seeds.get(node) }];
      }),
    );
    this.#owned = made.move();
  }

  /**
   * Memory for products.
   *
   * @throws When the workspace was made without it.
   */
  get product(): BackwardMemory {
    if (this.#product === undefined) throw new Error("differentiate: this workspace was made without products.");
    return this.#product;
  }

  /** The chunks that a batch of so many samples is cut into. */
  chunksOf(samples: number): Chunk[] {
    return cutBatch(samples, this.#size);
  }

  /** Padded rows of these chunks, each size once. */
  chunkSizes(samples: number): number[] {
    return [...new Set(this.chunksOf(samples).map(({ paddedRows }) => paddedRows))];
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}

/** Rows of the largest chunk that memory, adapter and partial sums allow. */
function rowsOfChunk({ gpu, description, layout }: Field, batchRows: number, options: WorkspaceOptions): number {
  const { products, memory = DEFAULT_MEMORY } = options;
  const perRow = bytesPerRow(description, products);
  // Adjoints in flight: up to five matrices of the widest layer; those that products read again all stay.
  const total = perRow.total + perRow.widest * 5 + (products ? perRow.adjoints : 0);
  const splitBytes = layout.deviceLength * 4 * (products ? 2 : 1);
  const fit = Math.min(PARTIAL_MEMORY, gpu.device.limits.maxStorageBufferBindingSize) / splitBytes;
  const maxSplits = Math.max(1, Math.min(MAX_SPLITS, Math.floor(fit)));
  return chunkRows(gpu, batchRows, { ...perRow, total }, memory, maxSplits * ROW_BLOCK);
}

function inputPlaces(network: Network, names: readonly string[]): Map<string, MatrixPlace> {
  return new Map(names.map((name) => {
    const { value, width, padded } = network.node(name);
    return [name, { buffer: value, width, stride: padded }];
  }));
}

function targetPlaces(
  targets: ReadonlyMap<string, number>,
  samples: number,
  allocate: Allocate,
): Map<string, MatrixPlace> {
  return new Map(Array.from(targets, ([name, width]) => {
    const stride = padWidth(width);
    return [name, { buffer: allocate(`target ${name}`, padRows(samples) * stride * 4), width, stride }];
  }));
}

/** The nodes that the objective reads, by the outputs' names. */
function outputNodes(objective: Objective, network: Network): Map<string, Node> {
  const outputs = new Map<string, Node>();
  for (const name of objective.reads(network.subject.description).keys()) {
    const node = network.output(name);
    if ([...outputs.values()].includes(node)) {
      throw new Error(`${objective.name}: outputs ${name} and another are the same layer.`);
    }
    outputs.set(name, node);
  }
  return outputs;
}

function seedsOf(
  outputs: ReadonlyMap<string, Node>,
  what: string,
  rows: number,
  allocate: Allocate,
): Map<Node, DeviceBuffer> {
  return new Map(Array.from(outputs, ([name, node]) => [node, allocate(`${what} of ${name}`, rows * node.padded * 4)]));
}
