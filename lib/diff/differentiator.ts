import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { Field } from "../field/field.ts";
import { padWidth } from "../linalg/layout.ts";
import { familyOf, isStraight } from "../linalg/gemm/family.ts";
import { padRows, ROW_BLOCK } from "../linalg/gemm/shape.ts";
import { Network, type Node } from "../field/network.ts";
import { chunkRows, DEFAULT_MEMORY } from "../field/rows.ts";
import { bytesPerRow, productShapes } from "../field/sizes.ts";
import type { Vector } from "../linalg/vector.ts";
import { type Objective, targetsOf } from "../objective/objective.ts";
import { backward, giveBackKept, type KeptAdjoint } from "./backward.ts";
import { backwardTangent } from "./backward_tangent.ts";
import { BufferPool } from "./buffer_pool.ts";
import { drawOutputSigns } from "./gauss_newton_sample.ts";
import type { DifferentiationPart, DifferentiationRequest, MatrixPlace, ProductRequest } from "./request.ts";
import sumText from "../../wgsl/diff/gradient_sum.wgsl" with { type: "text" };
import lossText from "../../wgsl/diff/loss_sum.wgsl" with { type: "text" };

/** Splitting the sum over the batch gives parallel hardware something to do; more than this only costs traffic. */
const MAX_SPLITS = 64;
const PARTIAL_MEMORY = 128 * 2 ** 20;

const sumSource = { name: "gradient_sum", text: sumText };
const lossSource = { name: "loss_sum", text: lossText };

/**
 * Loss, gradient and second-order products of objective(field) over batches: buffers, and the recording of the passes. A batch
 * larger than memory allows is worked through in chunks of whole samples that are added in order; the result is the same up
 * to rounding.
 */
export class Differentiator implements Disposable {
  /** A ring of losses, one entry a pass (f32). */
  readonly losses: DeviceBuffer;
  /**
   * flags[0]: the first step at which the gradient or product was not finite; all ones while there is none. flags[1] is the
   * caller's, for the parameters.
   */
  readonly flags: DeviceBuffer;
  /** Rows of one chunk, at most. */
  readonly chunk: number;
  readonly #rowsPerSample: number;
  readonly #samplesPerChunk: number;
  readonly #field: Field;
  readonly #objective: Objective;
  readonly #network: Network;
  readonly #pool: BufferPool;
  readonly #partials: DeviceBuffer;
  readonly #partialsTangent?: DeviceBuffer;
  readonly #sampleLoss: DeviceBuffer;
  readonly #inputs = new Map<string, MatrixPlace>();
  readonly #targets = new Map<string, MatrixPlace>();
  readonly #targetBuffers = new Map<string, DeviceBuffer>();
  /** Adjoints of the outputs and their tangents: where the backward passes start. */
  readonly #seeds = new Map<Node, DeviceBuffer>();
  readonly #tangentSeeds = new Map<Node, DeviceBuffer>();
  readonly #adjoints = new Map<string, { readonly adjoint: DeviceBuffer; readonly tangent?: DeviceBuffer }>();
  readonly #owned: DisposableStack;

  /**
   * @param options.samples Of the largest batch.
   * @param options.products Whether second-order products will be asked for.
   * @param options.slots Entries of the ring of losses.
   * @param options.memory Bytes that one chunk may take.
   * @throws When not even one sample fits.
   */
  constructor(
    field: Field,
    objective: Objective,
    options: { samples: number; products: boolean; slots?: number; memory?: number },
  ) {
    const { gpu, description, layout } = field;
    this.#field = field;
    this.#objective = objective;
    const perRow = bytesPerRow(description, options.products);
    // Adjoints in flight: up to five matrices of the widest layer; those that products read again all stay.
    const total = perRow.total + perRow.widest * 5 + (options.products ? perRow.adjoints : 0);
    const memory = options.memory ?? DEFAULT_MEMORY;
    const vectorBytes = layout.deviceLength * 4;
    const parts = options.products ? 2 : 1;
    const fit = Math.min(PARTIAL_MEMORY, gpu.device.limits.maxStorageBufferBindingSize) / (vectorBytes * parts);
    const maxSplits = Math.max(1, Math.min(MAX_SPLITS, Math.floor(fit)));
    this.#rowsPerSample = objective.rowsPerSample ?? 1;
    const rows = options.samples * this.#rowsPerSample;
    this.chunk = chunkRows(gpu, rows, { ...perRow, total }, memory, maxSplits * ROW_BLOCK);
    this.#samplesPerChunk = Math.floor(this.chunk / this.#rowsPerSample);
    if (this.#samplesPerChunk === 0) {
      throw new Error(
        `${objective.name}: a sample of ${this.#rowsPerSample} rows does not fit a chunk of ${this.chunk} rows.`,
      );
    }
    using made = new DisposableStack();
    const allocate = (label: string, bytes: number) => made.use(gpu.buffer(label, bytes));
    this.#network = made.use(new Network(field, this.chunk, options.products));
    this.#pool = made.use(new BufferPool(gpu, this.chunk));
    const splits = Math.ceil(this.chunk / ROW_BLOCK);
    this.#partials = allocate("partial gradients", vectorBytes * splits);
    // Some kernels leave the two terms of a product apart.
    if (options.products) this.#partialsTangent = allocate("partial products", vectorBytes * splits * 2);
    this.#sampleLoss = allocate("sample losses", this.chunk * 4);
    this.losses = allocate("losses", (options.slots ?? 1) * 4);
    this.flags = allocate("flags", 16);
    gpu.write(this.flags, new Uint32Array(4).fill(0xffffffff));
    for (const name of Object.keys(description.inputs)) {
      const { value, width, padded } = this.#network.node(name);
      this.#inputs.set(name, { buffer: value, width, stride: padded });
    }
    for (const [name, width] of targetsOf(objective, description)) {
      const stride = padWidth(width);
      const buffer = allocate(`target ${name}`, padRows(this.#samplesPerChunk) * stride * 4);
      this.#targets.set(name, { buffer, width, stride });
      this.#targetBuffers.set(name, buffer);
    }
    for (const name of objective.reads(description).keys()) {
      const node = this.#network.output(name);
      const bytes = this.chunk * node.padded * 4;
      const adjoint = allocate(`adjoint of ${name}`, bytes);
      const tangent = options.products ? allocate(`adjoint tangent of ${name}`, bytes) : undefined;
      if (this.#seeds.has(node)) throw new Error(`${objective.name}: outputs ${name} and another are the same layer.`);
      this.#seeds.set(node, adjoint);
      if (tangent !== undefined) this.#tangentSeeds.set(node, tangent);
      this.#adjoints.set(name, { adjoint, tangent });
    }
    this.#owned = made.move();
  }

  /** The device it works on. */
  get gpu(): Gpu {
    return this.#field.gpu;
  }

  /** Records loss, gradient and, if asked for, products over a batch. */
  record(request: DifferentiationRequest): void {
    for (const _ of this.parts(request));
  }

  /** The same in parts, so that vectors may be taken, or changed, as soon as they are complete. */
  *parts(request: DifferentiationRequest): Generator<DifferentiationPart, void> {
    const { samples, products = [] } = request;
    if (samples > this.#samplesPerChunk && products.length > 1) {
      // Their results cannot be added up side by side in the vectors that they share: every product takes a pass over the batch.
      for (const product of products) {
        for (const part of this.parts({ ...request, products: [product] })) {
          if (part === "product" || product === products.at(-1)) yield part;
        }
      }
      return;
    }
    for (let first = 0; first < samples; first += this.#samplesPerChunk) yield* this.#chunk(request, first, products);
  }

  /** Padded rows of the chunks that a batch of so many samples is worked through in, each size once. */
  chunkSizes(samples: number): number[] {
    const whole = Math.min(samples, this.#samplesPerChunk);
    const rest = samples % this.#samplesPerChunk || whole;
    return [...new Set([whole, rest].map((each) => padRows(each * this.#rowsPerSample)))];
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }

  *#chunk(
    request: DifferentiationRequest,
    first: number,
    products: readonly ProductRequest[],
  ): Generator<DifferentiationPart, void> {
    const { gpu, parameters, layout } = this.#field;
    const step = request.step ?? 0;
    const samples = Math.min(this.#samplesPerChunk, request.samples - first);
    const rows = samples * this.#rowsPerSample;
    const paddedRows = padRows(rows);
    const last = first + samples === request.samples;
    const keep = first > 0;
    gpu.phase("batch");
    const place = { first, samples, paddedSamples: padRows(samples), rows, paddedRows };
    const evaluate = (rows: number, output: string) => this.#network.evaluate(rows, parameters, output);
    request.fill({ ...place, inputs: this.#inputs, targets: this.#targets, evaluate });
    gpu.phase("forward");
    this.#network.forward(paddedRows, parameters);
    gpu.phase("loss");
    const objective = {
      network: this.#network,
      samples,
      batchSamples: request.samples,
      rows,
      paddedRows,
      targets: this.#targetBuffers,
      adjoints: this.#adjoints,
      sampleLoss: this.#sampleLoss,
      weight: 1,
      add: false,
    };
    this.#objective.record(objective);
    gpu.dispatch(gpu.kernel(lossSource), { row_loss: this.#sampleLoss, losses: this.losses }, {
      rows: samples,
      slot: request.slot ?? 0,
      keep: keep ? 1 : 0,
    }, [1]);
    gpu.phase("backward");
    const splits = Math.ceil(paddedRows / ROW_BLOCK);
    const pass = {
      network: this.#network,
      pool: this.#pool,
      rows: paddedRows,
      parameters,
      partials: this.#partials,
      place: { stride: layout.deviceLength / 4, splits, rowsPerSplit: ROW_BLOCK },
    };
    const hessian = products.some(({ kind }) => kind === "hessian");
    const kept = hessian ? new Map<Node, KeptAdjoint>() : undefined;
    const observer = request.kronecker?.observer({
      first: first * this.#rowsPerSample,
      rows,
      batchRows: request.samples * this.#rowsPerSample,
      batchSamples: request.samples,
    });
    backward(pass, this.#seeds, { keep: kept, observer });
    this.#sum(this.#partials, splits, request.gradient, keep, step);
    if (last) yield "gradient";
    for (const product of products) {
      gpu.phase("probe");
      if (product.kind === "gaussNewtonSample") {
        drawOutputSigns(gpu, this.#seeds.keys(), product.key, { first, samples, paddedRows });
      } else {
        if (first === 0) product.prepare?.();
        gpu.phase("product");
        this.#network.forwardTangent(paddedRows, parameters, product.direction);
      }
      gpu.phase("product");
      this.#objective.record({ ...objective, product: product.kind });
      const partials = this.#partialsTangent!;
      const apart = product.kind === "hessian" && this.#leavesTermsApart(paddedRows);
      if (product.kind === "hessian") {
        const bytes = splits * layout.deviceLength * 4;
        if (apart) gpu.clear(partials.slice(bytes, bytes));
        backwardTangent({ ...pass, partials, direction: product.direction }, this.#tangentSeeds, kept!);
      } else {
        // The adjoint's tangent is S Jv, S = ∂²loss, or S^½w: plain reverse mode from there gives JᵀSJv, or JᵀS^½w.
        backward({ ...pass, partials }, this.#tangentSeeds);
      }
      this.#sum(partials, splits * (apart ? 2 : 1), product.result, keep, step);
      if (last) yield "product";
    }
    if (kept !== undefined) giveBackKept(this.#pool, kept);
  }

  /** Whether some layer's kernels put the two terms of a weight's product into splits of their own. */
  #leavesTermsApart(rows: number): boolean {
    const { gpu, description } = this.#field;
    return productShapes(description, rows).some(({ shape }) => isStraight(familyOf(gpu, "weight", shape)));
  }

  #sum(partials: DeviceBuffer, splits: number, to: Vector, keep: boolean, step: number): void {
    const { gpu, layout } = this.#field;
    const length = layout.deviceLength / 4;
    gpu.dispatch(
      gpu.kernel(sumSource, { keep }),
      { partials, gradient: to.buffer, flags: this.flags },
      { length, splits, step },
      linearGroups(length, 64),
    );
  }
}
