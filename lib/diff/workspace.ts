import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import type { StorageFormat } from "../gpu/storage_format.ts";
import type { Field } from "../field/field.ts";
import { DerivativeBlocks } from "../field/derivative_blocks.ts";
import { Network } from "../field/network.ts";
import type { Node } from "../field/node.ts";
import { chunkRows, DEFAULT_MEMORY } from "../field/rows.ts";
import { bytesPerRow } from "../field/sizes.ts";
import { FUSED } from "../linalg/gemm/family.ts";
import { padRows } from "../linalg/gemm/shape.ts";
import { WeightSums } from "../linalg/gemm/weight_sums.ts";
import { padWidth } from "../linalg/layout.ts";
import { type Objective, type ObjectivePass, targetsOf } from "../objective/objective.ts";
import { BufferPool } from "./buffer_pool.ts";
import { type BatchPart, type Chunk, type ChunkSize, cutBatch, samplesOfEveryKind } from "./chunks.ts";
import type { MatrixPlace } from "./request.ts";

/** Options of a workspace. */
interface WorkspaceOptions {
  /** Number of samples of the largest batch. */
  readonly samples: number;
  /** Whether second-order products can be computed. */
  readonly products: boolean;
  /** Number of entries of the ring buffer of losses, 1 by default. */
  readonly slots?: number;
  /** Bytes of device memory that one chunk may take. */
  readonly memory?: number;
  /** How hidden layers are stored; see {@linkcode Network}. */
  readonly storage?: StorageFormat;
}

/** The adjoints that a backward pass starts from, and the memory for its partial sums. */
export interface BackwardMemory {
  /** Adjoints of the outputs that the objective reads, or the tangents of these adjoints: [padded rows, stride]. */
  readonly seeds: ReadonlyMap<Node, DeviceBuffer>;
  /** Where the parameters' adjoint is summed up. */
  readonly sums: WeightSums;
}

/** The number of flags. */
const FLAGS = 8;

/** Allocates a buffer that the workspace owns. */
type Allocate = (label: string, bytes: number) => DeviceBuffer;

/**
 * The device memory in which `differentiate` computes derivatives of objective(field) over batches. A batch that is too large for
 * one chunk is divided into chunks of whole samples, whose contributions are added in order. The result is the same up to
 * rounding.
 */
export class Workspace implements Disposable {
  /** The device. */
  readonly gpu: Gpu;
  /** A ring buffer of losses, one f32 for each batch. */
  readonly losses: DeviceBuffer;
  /**
   * flags[0] is the first step at which the gradient or a product was not finite, or has all bits set if there is none; flags[3] and the
   * complement of flags[4] are then the first and the last vec4 with such a number in it. flags[1] and flags[2] are for the caller, who
   * stores the same steps for the parameters and an optimizer's state there.
   */
  readonly flags: DeviceBuffer;
  /** The largest number of rows in a chunk; derivatives by an input have as many each. */
  readonly chunkRows: number;
  /** The network with the values of one chunk, and with their tangents if the workspace is for products. */
  readonly network: Network;
  /** A pool of matrices with as many rows as a chunk. */
  readonly pool: BufferPool;
  /** Each sample's contribution to the loss. */
  readonly sampleLoss: DeviceBuffer;
  /** Where each named input is stored: [padded rows, stride]. */
  readonly inputs: ReadonlyMap<string, MatrixPlace>;
  /** Where each named target is stored: [padded samples, stride]. */
  readonly targets: ReadonlyMap<string, MatrixPlace>;
  /** Memory for the backward pass of the gradient. */
  readonly gradient: BackwardMemory;
  /** The seeds of both backward passes by the outputs' names, as objectives expect them. */
  readonly adjoints: ObjectivePass["adjoints"];
  readonly #product?: BackwardMemory;
  readonly #size: ChunkSize;
  readonly #owned: DisposableStack;

  /**
   * Allocates everything except the pool's matrices, which the first pass allocates.
   *
   * @throws If not even one sample fits.
   */
  constructor(readonly field: Field, readonly objective: Objective, options: WorkspaceOptions) {
    const { gpu, description, layout } = field;
    this.gpu = gpu;
    const rowsPerSample = objective.rowsPerSample ?? 1;
    const input = objective.derivativesBy?.(description);
    const derivatives = input === undefined ? undefined : { input };
    const { count: blocks } = new DerivativeBlocks(description, derivatives);
    this.chunkRows = rowsOfChunk(field, options.samples * rowsPerSample, { ...options, blocks });
    this.#size = { samples: Math.floor(this.chunkRows / rowsPerSample), rowsPerSample };
    if (this.#size.samples === 0) {
      throw new Error(
        `${objective.name}: a sample of ${rowsPerSample} rows does not fit a chunk of ${this.chunkRows} rows.`,
      );
    }
    using made = new DisposableStack();
    const allocate: Allocate = (label, bytes) => made.use(gpu.buffer(label, bytes));
    this.network = made.use(new Network(field, this.chunkRows, options.products, derivatives, options.storage));
    const rows = this.chunkRows * blocks;
    this.pool = made.use(new BufferPool(gpu, rows));
    this.sampleLoss = allocate("sample losses", this.chunkRows * 4);
    this.losses = allocate("losses", (options.slots ?? 1) * 4);
    this.flags = allocate("flags", FLAGS * 4);
    this.clearFlags();
    this.inputs = inputPlaces(this.network, Object.keys(description.inputs));
    this.targets = targetPlaces(targetsOf(objective, description), this.#size.samples, allocate);
    const outputs = outputNodes(objective, this.network);
    const backward = (what: string): BackwardMemory => ({
      seeds: seedsOf(outputs, `adjoint${what}`, rows, allocate),
      sums: made.use(
        new WeightSums(gpu, {
          label: `partial sums of adjoint${what}s`,
          length: layout.deviceLength,
          rows,
        }),
      ),
    });
    this.gradient = backward("");
    if (options.products) this.#product = backward(" tangent");
    this.adjoints = new Map(
      Array.from(outputs, ([name, node]) => {
        return [name, { adjoint: this.gradient.seeds.get(node)!, tangent: this.#product?.seeds.get(node) }];
      }),
    );
    this.#owned = made.move();
  }

  /**
   * Memory for the backward pass of products.
   *
   * @throws If the workspace was created without it.
   */
  get product(): BackwardMemory {
    if (this.#product === undefined) {
      throw new Error("differentiate: this workspace was created without memory for products.");
    }
    return this.#product;
  }

  /** Whether it has memory for products. */
  get hasProducts(): boolean {
    return this.#product !== undefined;
  }

  /** Sets all bits of the flags. */
  clearFlags(): void {
    this.gpu.write(this.flags, new Uint32Array(FLAGS).fill(0xffffffff));
  }

  /** The chunks into which a part of a batch is divided. */
  chunksOf(part: BatchPart): Chunk[] {
    return cutBatch(part, this.#size);
  }

  /** The different numbers of padded rows that matrix products have for the chunks of so many samples. */
  chunkSizes(samples: number): number[] {
    const { count } = this.network.blocks;
    const multiples = count === 1 ? [1] : [1, count - 1, count];
    const rows = this.chunksOf({ first: 0, samples }).flatMap(({ paddedRows }) => {
      return multiples.map((multiple) => multiple * paddedRows);
    });
    return [...new Set(rows)];
  }

  /** The largest number of samples in a chunk. */
  get chunkSamples(): number {
    return this.#size.samples;
  }

  /** The number of samples of a smaller batch that uses the same kernels as one of `samples` samples. */
  samplesOfEveryKind(samples: number): number {
    return samplesOfEveryKind(samples, this.#size);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}

/** Rows of the largest chunk that memory, adapter and partial sums allow. */
function rowsOfChunk(
  { gpu, description, layout }: Field,
  batchRows: number,
  options: WorkspaceOptions & { readonly blocks: number },
): number {
  const { products, memory = DEFAULT_MEMORY, blocks, storage } = options;
  const perRow = bytesPerRow(description, products, storage);
  // Up to five adjoints, as wide as the widest layer, exist at the same time. With products all are kept in addition, and so are
  // those within chains, or their tangents.
  const kept = (products ? 1 : 0) + (gpu.tuner.asked === FUSED ? 1 : 0);
  const total = perRow.total + perRow.widest * 5 + kept * perRow.adjoints;
  const most = WeightSums.mostRows(gpu, { length: layout.deviceLength });
  return chunkRows(gpu, batchRows, { total: total * blocks, widest: perRow.widest * blocks }, memory, most / blocks);
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

/** The nodes that the objective reads, by the names of the outputs. */
function outputNodes(objective: Objective, network: Network): Map<string, Node> {
  const outputs = new Map<string, Node>();
  for (const name of objective.reads(network.field.description).keys()) {
    const node = network.output(name);
    if ([...outputs.values()].includes(node)) {
      throw new Error(`${objective.name}: output ${name} is read from the same layer as another output.`);
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
