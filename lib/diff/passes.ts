import type { Node } from "../field/node.ts";
import type { Vector } from "../linalg/vector.ts";
import type { ObjectivePass } from "../objective/objective.ts";
import { backward, giveBackKept, type KeptAdjoint } from "./backward.ts";
import { backwardTangent } from "./backward_tangent.ts";
import type { BatchPart, Chunk } from "./chunks.ts";
import { drawOutputSigns } from "./gauss_newton_sample.ts";
import type { DifferentiationRequest, ProductRequest } from "./request.ts";
import type { ReversePass } from "./reverse.ts";
import type { BackwardMemory, Workspace } from "./workspace.ts";
import type { LossSum } from "../linalg/gemm/weight_sums.ts";

/**
 * Records computing the loss, the gradient and any requested products of the workspace's field and objective over a batch.
 *
 * @throws If products are requested and the workspace was created without memory for them.
 */
export function differentiate(workspace: Workspace, request: DifferentiationRequest): void {
  for (const _ of differentiateInParts(workspace, request));
}

/**
 * Records the same as `differentiate`, and yields before each pass but the first. There the caller may wait for the device, or give up:
 * then the vectors of the request hold sums over a part of the batch.
 */
export function* differentiateInParts(
  workspace: Workspace,
  request: DifferentiationRequest,
): Generator<void, void, void> {
  const { products = [] } = request;
  if (products.some(({ kind }) => kind === "hessian")) checkThirdDerivatives(workspace);
  const part = partOf(request);
  if (part.samples === 0) return recordNothing(workspace, request);
  const chunks = workspace.chunksOf(part);
  // Several products may use the same result vector. If there are also several chunks, their contributions to one product must all be
  // added before the next product uses the vector, so the batch is processed once for each product.
  const runs = chunks.length > 1 && products.length > 1 ? products.map((product) => [product]) : [products];
  for (const [i, together] of runs.entries()) {
    const kronecker = i === runs.length - 1 ? request.kronecker : undefined;
    for (const chunk of chunks) {
      if (i > 0 || chunk.first > part.first) yield;
      yield* new ChunkPasses(workspace, { ...request, products: together, kronecker }, chunk).record();
    }
  }
}

/**
 * Throws if a Hessian-vector product would need a third derivative that an activation does not have: the objective reads derivatives by an input,
 * which contain the first one.
 */
function checkThirdDerivatives({ network, objective }: Workspace): void {
  if (network.blocks.count === 1) return;
  for (const { dense } of network.nodes) {
    const { name, text, third } = dense?.layer.activation ?? {};
    if (text === undefined || third !== undefined) continue;
    throw new Error(
      `Hessian-vector product of ${objective.name}: expected an activation with third derivatives (its member \`third\`), ` +
        `found ${name} without them.`,
    );
  }
}

/** The part of the batch that a request is about. */
function partOf({ part, samples }: DifferentiationRequest): BatchPart {
  return part ?? { first: 0, samples };
}

/** Records the results over no samples: zeros. */
function recordNothing({ gpu, losses }: Workspace, request: DifferentiationRequest): void {
  const { gradient, kronecker, products = [], slot = 0 } = request;
  gpu.write(losses, new Float32Array(1), slot * 4);
  gpu.clear(gradient.buffer);
  if (kronecker !== undefined) gpu.clear(kronecker.factors.buffer);
  for (const product of products) {
    if (product.kind !== "gaussNewtonSample") product.prepare?.();
    gpu.clear(product.result.buffer);
    request.onProduct?.(product);
  }
}

/** The passes over one chunk of a batch. */
class ChunkPasses {
  /** Whether results are added to those of earlier chunks. */
  readonly #keep: boolean;
  /** Whether this is the last chunk, which completes the results. */
  readonly #last: boolean;
  readonly #part: BatchPart;
  readonly #objectivePass: ObjectivePass;
  /** The adjoints of the backward pass, which are kept if a Hessian-vector product needs them again. */
  readonly #kept = new Map<Node, KeptAdjoint>();

  constructor(readonly workspace: Workspace, readonly request: DifferentiationRequest, readonly chunk: Chunk) {
    const part = this.#part = partOf(request);
    this.#keep = chunk.first > part.first;
    this.#last = chunk.first + chunk.samples === part.first + part.samples;
    this.#objectivePass = {
      network: workspace.network,
      samples: chunk.samples,
      batchSamples: request.samples,
      rows: chunk.rows,
      paddedRows: chunk.paddedRows,
      targets: new Map(Array.from(workspace.targets, ([name, { buffer }]) => [name, buffer])),
      adjoints: workspace.adjoints,
      sampleLoss: workspace.sampleLoss,
      weight: 1,
      add: false,
    };
  }

  /** Records all passes, forward and backward, and yields between them. */
  *record(): Generator<void, void, void> {
    const { workspace: { gpu, network, pool, field }, request, chunk } = this;
    gpu.phase("batch");
    this.#fill();
    gpu.phase("forward");
    network.forward(chunk.paddedRows, field.parameters);
    yield;
    gpu.phase("loss");
    this.#loss();
    gpu.phase("backward");
    this.#gradient();
    try {
      for (const product of request.products ?? []) {
        yield;
        yield* this.#product(product, this.workspace.product);
        if (this.#last) request.onProduct?.(product);
      }
    } finally {
      giveBackKept(pool, this.#kept);
    }
  }

  #fill(): void {
    const { network, inputs, targets, field } = this.workspace;
    const evaluate = (rows: number, output: string) => network.evaluate(rows, field.parameters, output);
    this.request.fill({ ...this.chunk, inputs, targets, evaluate });
  }

  #loss(): void {
    const { objective, gradient } = this.workspace;
    this.#clearSeeds(gradient);
    objective.record(this.#objectivePass);
  }

  #gradient(): void {
    const {
      request,
      chunk: { first, rows, samples },
      workspace: { gradient, objective, network, sampleLoss, losses },
    } = this;
    const { rowsPerSample = 1 } = objective;
    const keep = request.products?.some(({ kind }) => kind === "hessian") ? this.#kept : undefined;
    const observer = request.kronecker?.observer({
      first: (first - this.#part.first) * rowsPerSample,
      rows,
      blocks: network.blocks.count,
      blockRows: this.chunk.paddedRows,
      batchRows: request.samples * rowsPerSample,
      batchSamples: request.samples,
    });
    backward(this.#reversePass(gradient), gradient.seeds, { keep, observer });
    this.#sum(gradient, request.gradient, { rowLoss: sampleLoss, rows: samples, losses, slot: request.slot ?? 0 });
  }

  *#product(product: ProductRequest, memory: BackwardMemory): Generator<void, void, void> {
    const { workspace, workspace: { gpu, network, objective, field }, chunk } = this;
    gpu.phase("probe");
    if (product.kind === "gaussNewtonSample") {
      drawOutputSigns(gpu, memory.seeds.keys(), product.key, { ...chunk, blocks: network.blocks.count });
    } else {
      if (!this.#keep) product.prepare?.();
      gpu.phase("product");
      network.forwardTangent(chunk.paddedRows, field.parameters, product.direction);
      yield;
    }
    gpu.phase("product");
    // The objective writes the adjoints again, next to their tangents.
    this.#clearSeeds(workspace.gradient);
    this.#clearSeeds(memory);
    objective.record({ ...this.#objectivePass, product: product.kind });
    const pass = this.#reversePass(memory);
    if (product.kind === "hessian") {
      backwardTangent({ ...pass, direction: product.direction }, memory.seeds, this.#kept);
    } else {
      // The adjoint's tangent is S Jv, S = ∂²loss, or S^½w: plain reverse mode from there gives JᵀSJv, or JᵀS^½w.
      backward(pass, memory.seeds);
    }
    this.#sum(memory, product.result);
  }

  /** Starts a backward pass. */
  #reversePass({ sums }: BackwardMemory): ReversePass {
    const { workspace: { network, pool, field }, chunk: { paddedRows: blockRows } } = this;
    const rows = blockRows * network.blocks.count;
    sums.begin(rows);
    return { network, pool, rows, blockRows, parameters: field.parameters, sums };
  }

  /** Records clearing what an objective that reads derivatives by an input adds to. */
  #clearSeeds({ seeds }: BackwardMemory): void {
    const { gpu, network: { blocks } } = this.workspace;
    if (blocks.count === 1) return;
    for (const [{ padded }, seed] of seeds) {
      gpu.clear(seed.slice(0, blocks.count * this.chunk.paddedRows * padded * 4));
    }
  }

  /** Adds up the parts of the parameters' adjoint, and the losses; what is not finite sets the flag. */
  #sum({ sums }: BackwardMemory, to: Vector, loss?: LossSum): void {
    const { workspace: { flags }, request: { step = 0 } } = this;
    sums.finish({ to: to.buffer, loss, keep: this.#keep, flags, step });
  }
}
