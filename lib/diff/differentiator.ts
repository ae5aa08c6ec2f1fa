import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { Field } from "../field/field.ts";
import { padWidth } from "../field/layout.ts";
import { familyOf } from "../field/matmul/family.ts";
import { padRows, ROW_BLOCK } from "../field/matmul/shape.ts";
import { Network, type Node } from "../field/network.ts";
import { chunkRows, DEFAULT_MEMORY } from "../field/rows.ts";
import type { Vector } from "../field/vector.ts";
import type { Objective } from "../objective/objective.ts";
import { type Adjoint, backward } from "./backward.ts";
import { BufferPool } from "./buffer_pool.ts";
import sumText from "../../wgsl/gradient_sum.wgsl" with { type: "text" };
import lossText from "../../wgsl/loss_sum.wgsl" with { type: "text" };

/** Which second-order product: Hv, or the Gauss-Newton product Gv. */
export type ProductKind = "hessian" | "gaussNewton";

/** One chunk of a batch to be put in place: rows first … first + rows − 1 of the batch. */
export interface ChunkRequest {
  /** First row of the chunk in the batch. */
  readonly first: number;
  /** Rows of the chunk. */
  readonly rows: number;
  /** Rows from `rows` up to here are to become 0. */
  readonly paddedRows: number;
  /** Where each named input goes: [padded rows, stride]. */
  readonly inputs: ReadonlyMap<string, MatrixPlace>;
  /** Where each named target goes. */
  readonly targets: ReadonlyMap<string, MatrixPlace>;
}

/** A matrix on the device. */
export interface MatrixPlace {
  /** Row-major. */
  readonly buffer: DeviceBuffer;
  /** Columns that exist. */
  readonly width: number;
  /** Columns on the device. */
  readonly stride: number;
}

/** What one pass over a batch computes. */
export interface DifferentiationRequest {
  /** Rows of the batch. */
  readonly rows: number;
  /** Puts a chunk in place: records kernels, or writes from the host. */
  readonly fill: (chunk: ChunkRequest) => void;
  readonly gradient: Vector;
  /** With a direction v also the product Hv or Gv. */
  readonly product?: { readonly kind: ProductKind; readonly direction: Vector; readonly result: Vector };
  /** Entry of `losses` that the loss goes to. */
  readonly slot?: number;
  /** Reported by the flag when something is not finite. */
  readonly step?: number;
}

/** Splitting the sum over the batch gives parallel hardware something to do; more than this only costs traffic. */
const MAX_SPLITS = 64;
const PARTIAL_MEMORY = 128 * 2 ** 20;

const sumSource = { name: "gradient_sum", text: sumText };
const lossSource = { name: "loss_sum", text: lossText };

/**
 * Loss, gradient and second-order products of objective(field) over batches: buffers, and the recording of the passes. A batch
 * larger than memory allows is worked through in chunks that are added in order; the result is the same up to rounding.
 */
export class Differentiator implements Disposable {
  /** A ring of losses, one entry a pass (f32). */
  readonly losses: DeviceBuffer;
  /** flags[0]: the first step at which the gradient or product was not finite; all ones while there is none. */
  readonly flags: DeviceBuffer;
  /** Rows of one chunk. */
  readonly chunk: number;
  readonly #field: Field;
  readonly #objective: Objective;
  readonly #network: Network;
  readonly #pool: BufferPool;
  readonly #partials: DeviceBuffer;
  readonly #partialsTangent?: DeviceBuffer;
  readonly #rowLoss: DeviceBuffer;
  readonly #inputs = new Map<string, MatrixPlace>();
  readonly #targets = new Map<string, MatrixPlace>();
  readonly #targetBuffers = new Map<string, DeviceBuffer>();
  /** Adjoints of the outputs with tangents, without, and the tangents taken for adjoints: where the passes start. */
  readonly #seeds = new Map<Node, Adjoint>();
  readonly #primalSeeds = new Map<Node, Adjoint>();
  readonly #gaussNewtonSeeds = new Map<Node, Adjoint>();
  readonly #adjoints = new Map<string, Adjoint>();
  readonly #owned: DeviceBuffer[] = [];

  /**
   * @param options.rows The largest batch.
   * @param options.products Whether second-order products will be asked for.
   * @param options.slots Entries of the ring of losses.
   * @param options.memory Bytes that one chunk may take.
   */
  constructor(
    field: Field,
    objective: Objective,
    options: { rows: number; products: boolean; slots?: number; memory?: number },
  ) {
    const { gpu, description, layout } = field;
    this.#field = field;
    this.#objective = objective;
    const perRow = Network.bytesPerRow(description, options.products);
    // Adjoints in flight: three matrices of the widest layer and one transposed, and almost as many tangents.
    const total = perRow.total + perRow.widest * (options.products ? 8 : 5);
    const memory = options.memory ?? DEFAULT_MEMORY;
    const vectorBytes = layout.deviceLength * 4;
    const parts = options.products ? 2 : 1;
    const fit = Math.min(PARTIAL_MEMORY, gpu.device.limits.maxStorageBufferBindingSize) / (vectorBytes * parts);
    const maxSplits = Math.max(1, Math.min(MAX_SPLITS, Math.floor(fit)));
    this.chunk = chunkRows(gpu, options.rows, { ...perRow, total }, memory, maxSplits * ROW_BLOCK);
    this.#network = new Network(field, this.chunk, options.products);
    this.#pool = new BufferPool(gpu, this.chunk);
    const splits = Math.ceil(this.chunk / ROW_BLOCK);
    this.#partials = this.#buffer("partial gradients", vectorBytes * splits);
    // Some kernels leave the two terms of a product apart.
    if (options.products) this.#partialsTangent = this.#buffer("partial products", vectorBytes * splits * 2);
    this.#rowLoss = this.#buffer("row losses", this.chunk * 4);
    this.losses = this.#buffer("losses", (options.slots ?? 1) * 4);
    this.flags = this.#buffer("flags", 16);
    gpu.write(this.flags, new Uint32Array(4).fill(0xffffffff));
    for (const name of Object.keys(description.inputs)) {
      const { value, width, padded } = this.#network.node(name);
      this.#inputs.set(name, { buffer: value, width, stride: padded });
    }
    for (const [name, width] of objective.reads(description)) {
      const stride = padWidth(width);
      const buffer = this.#buffer(`target ${name}`, this.chunk * stride * 4);
      this.#targets.set(name, { buffer, width, stride });
      this.#targetBuffers.set(name, buffer);
      const node = this.#network.output(name);
      const bytes = this.chunk * node.padded * 4;
      const adjoint = this.#buffer(`adjoint of ${name}`, bytes);
      const tangent = options.products ? this.#buffer(`adjoint tangent of ${name}`, bytes) : undefined;
      if (this.#seeds.has(node)) throw new Error(`${objective.name}: outputs ${name} and another are the same layer.`);
      this.#seeds.set(node, { adjoint, tangent });
      this.#primalSeeds.set(node, { adjoint });
      if (tangent !== undefined) this.#gaussNewtonSeeds.set(node, { adjoint: tangent });
      this.#adjoints.set(name, { adjoint, tangent });
    }
  }

  /** The device it works on. */
  get gpu(): Gpu {
    return this.#field.gpu;
  }

  /** Records loss, gradient and, if asked for, one product over a batch. */
  record(request: DifferentiationRequest): void {
    const { rows, fill, product } = request;
    for (let first = 0; first < rows; first += this.chunk) {
      const count = Math.min(this.chunk, rows - first);
      const paddedRows = padRows(count);
      this.#field.gpu.phase("batch");
      fill({ first, rows: count, paddedRows, inputs: this.#inputs, targets: this.#targets });
      this.#chunk(request, first, count, paddedRows, product);
    }
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#network[Symbol.dispose]();
    this.#pool[Symbol.dispose]();
    for (const buffer of this.#owned) buffer[Symbol.dispose]();
  }

  #chunk(
    request: DifferentiationRequest,
    first: number,
    rows: number,
    paddedRows: number,
    product: DifferentiationRequest["product"],
  ): void {
    const { gpu, parameters, layout } = this.#field;
    const direction = product?.direction;
    gpu.phase("forward");
    this.#network.forward(paddedRows, parameters, direction);
    gpu.phase("loss");
    this.#objective.record({
      network: this.#network,
      rows,
      paddedRows,
      batchRows: request.rows,
      tangents: product !== undefined,
      targets: this.#targetBuffers,
      adjoints: this.#adjoints,
      rowLoss: this.#rowLoss,
      weight: 1,
      add: false,
    });
    gpu.dispatch(gpu.kernel(lossSource), { row_loss: this.#rowLoss, losses: this.losses }, {
      rows,
      slot: request.slot ?? 0,
      keep: first > 0 ? 1 : 0,
    }, [1]);
    gpu.phase("backward");
    const stride = layout.deviceLength / 4;
    const splits = Math.ceil(paddedRows / ROW_BLOCK);
    const apart = product?.kind === "hessian" &&
      Network.shapesOf(this.#field.description, paddedRows).some(({ shape }) =>
        familyOf(gpu, "weight", shape) === "straight"
      );
    const pass = {
      network: this.#network,
      pool: this.#pool,
      rows: paddedRows,
      parameters,
      partials: this.#partials,
      place: { stride, splits, rowsPerSplit: ROW_BLOCK },
    };
    if (product?.kind === "hessian") {
      const bytes = splits * layout.deviceLength * 4;
      if (apart) gpu.clear(this.#partialsTangent!.slice(bytes, bytes));
      backward({ ...pass, direction, partialsTangent: this.#partialsTangent }, this.#seeds);
    } else {
      backward(pass, this.#primalSeeds);
      if (product?.kind === "gaussNewton") {
        // The adjoint's tangent is (∂²loss) Jv; plain reverse mode from there gives Jᵀ(∂²loss)Jv.
        backward({ ...pass, partials: this.#partialsTangent! }, this.#gaussNewtonSeeds);
      }
    }
    const step = request.step ?? 0;
    this.#sum(this.#partials, splits, request.gradient, first > 0, step);
    if (product !== undefined) {
      this.#sum(this.#partialsTangent!, splits * (apart ? 2 : 1), product.result, first > 0, step);
    }
  }

  #sum(partials: DeviceBuffer, splits: number, to: Vector, keep: boolean, step: number): void {
    const { gpu, layout } = this.#field;
    const length = layout.deviceLength / 4;
    gpu.dispatch(
      gpu.kernel(sumSource, { keep: keep ? 1 : 0, fresh: keep ? 0 : 1 }),
      { partials, gradient: to.buffer, flags: this.flags },
      { length, splits, step },
      linearGroups(length, 64),
    );
  }

  #buffer(label: string, bytes: number): DeviceBuffer {
    const buffer = this.#field.gpu.buffer(label, bytes);
    this.#owned.push(buffer);
    return buffer;
  }
}
