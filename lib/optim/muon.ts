import { type Hyperparameters, resolveHyperparameters } from "../hyperparameter/hyperparameter.ts";
import { oneOf, POSITIVE } from "../hyperparameter/range.ts";
import type { DeviceBuffer } from "../gpu/buffer.ts";
import { weightsOf } from "../linalg/linear_maps.ts";
import { rangeOf, viewOf } from "../linalg/matrix_view.ts";
import { NEWTON_SCHULZ_ITERATIONS, NewtonSchulz, type NewtonSchulzIteration } from "../linalg/newton_schulz.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { entrywise } from "./entrywise.ts";
import { betas, decayed, epsilon, learningRate, momentum, weightDecay } from "./hyperparameters.ts";
import { optimizerKind } from "./kind.ts";
import type { OptimizerContext, OptimizerCore, OptimizerSpec, StepRequest } from "./optimizer.ts";
import { type StateVectors, stateVectors } from "./state_vectors.ts";
import startText from "../../wgsl/optim/muon_start.wgsl" with { type: "text" };
import stepText from "../../wgsl/optim/muon_step.wgsl" with { type: "text" };

/** Options of {@linkcode muon}. */
export interface MuonOptions {
  /** The learning rate η of the matrices. */
  learningRate?: number;
  /** The learning rate of everything else, which Adam updates. A schedule multiplies both. */
  adamLearningRate?: number;
  /** The factor μ of the matrices' momentum. */
  momentum?: number;
  /** The Newton-Schulz iteration: one polynomial of degree 17 or two steps of the Polar Express on rows of norm 1, three without that, or Jordan's five. */
  iteration?: NewtonSchulzIteration;
  /** Adam's β₁ and β₂. */
  betas?: readonly [number, number];
  /** Adam's ε. */
  epsilon?: number;
  /** The decoupled weight decay λ, with the matrices' rate everywhere. */
  weightDecay?: number;
}

const hyperparameters: Hyperparameters<MuonOptions> = {
  learningRate: learningRate(0.02),
  adamLearningRate: {
    range: POSITIVE,
    default: { text: "0.1 × learningRate", from: ({ learningRate }) => 0.1 * Number(learningRate) },
    doc: "Learning rate of Adam, which updates everything but large matrices",
  },
  momentum: momentum(0.95),
  iteration: {
    range: oneOf(...NEWTON_SCHULZ_ITERATIONS),
    default: "jordan",
    doc:
      "Newton-Schulz iteration: one polynomial of degree 17 or two steps of the Polar Express on rows of norm 1, three without that, or Jordan's five",
  },
  betas: betas(0.9, 0.999),
  epsilon: epsilon(1e-8),
  weightDecay: weightDecay(),
};

/** The entry of the registry. */
export const muonKind = optimizerKind({
  name: "muon",
  paper: "Jordan 2024; Amsel et al. 2025",
  hyperparameters,
  make: muon,
});

const startSource = { name: "muon_start", text: startText };
const stepSource = { name: "muon_step", text: stepText };

/** Matrices with a shorter side than this have too few directions to balance. */
const SHORTEST_SIDE = 8;

/**
 * Muon (Jordan 2024, "Muon: an optimizer for hidden layers in neural networks"): on weight matrices with both sides of at least
 * 8, buf ← μ buf + G, u = G + μ buf, X ≈ the orthogonal factor of u by Newton-Schulz
 * iteration, θ ← (1−λη)θ − η√max(1, outputs/inputs) X; all else by Adam with a rate of its own.
 *
 * State: `momentum`, which is buf or Adam's first moment, and Adam's second. Deviations: first and last layers are orthogonalised
 * like the others where they are large enough. `iteration: "polarExpress"` is that of Amsel et al. (2025, "The Polar Express: optimal matrix
 * sign methods and their application to the Muon algorithm"); `unitRows` applies two steps of it, and `degree17` one polynomial of degree 17, to u with rows of norm 1, like Boissin et al. (2025, "Turbo-Muon: accelerating orthogonality-based optimization with pre-conditioning"), who divide by other numbers. Cost: see {@linkcode NewtonSchulz}; for a field of 4 × 256 about 1 GFLOP a step,
 * two to three times what gradient and loss of 512 rows take, 0.6 GFLOP with the Polar Express, 0.4 with `unitRows`, and 0.3 with `degree17`.
 */
export function muon(options: MuonOptions = {}): OptimizerSpec {
  const resolved = resolveHyperparameters("muon", hyperparameters, options);
  return {
    name: "muon",
    learningRate: resolved.learningRate,
    options: { ...resolved },
    create: (context) => new MuonCore(context, resolved),
  };
}

class MuonCore implements OptimizerCore {
  readonly multipliesMatrices = true;
  readonly state: StateVectors<"momentum" | "secondMoment">;
  readonly #direction: Vector;
  /** What updates matrices; undefined where a layout has none that are large enough. */
  readonly #newtonSchulz?: NewtonSchulz;
  /** √max(1, outputs/inputs) for each vec4 of those matrices, 0 elsewhere. */
  readonly #scale: DeviceBuffer;
  readonly #owned: DisposableStack;

  constructor(readonly context: OptimizerContext, readonly options: Required<MuonOptions>) {
    const { gpu, layout } = context;
    using made = new DisposableStack();
    this.state = made.use(stateVectors(context, ["momentum", "secondMoment"]));
    this.#direction = made.use(createVector(gpu, layout, "direction"));
    const matrices = weightsOf(layout).filter(({ rows, columns }) => Math.min(rows, columns) >= SHORTEST_SIDE);
    if (matrices.length > 0) this.#newtonSchulz = made.use(new NewtonSchulz(gpu, layout, matrices, options.iteration));
    const scales = new Float32Array(layout.deviceLength / 4);
    for (const segment of matrices) {
      const { offset, size } = rangeOf(viewOf(segment));
      scales.fill(Math.sqrt(Math.max(1, segment.rows / segment.columns)), offset / 4, (offset + size) / 4);
    }
    this.#scale = made.use(gpu.buffer("Muon's scales", scales.byteLength));
    gpu.write(this.#scale, scales);
    this.#owned = made.move();
  }

  update({ parameters, gradient, learningRate }: Required<StepRequest>, step: number): void {
    const { momentum, betas: [beta1, beta2], epsilon, weightDecay } = this.options;
    const adamShare = this.options.adamLearningRate / this.options.learningRate;
    const shrink = 1 - weightDecay * learningRate;
    const scale = this.#scale;
    entrywise(
      this.context,
      startSource,
      {
        parameters,
        gradient,
        momentum: this.state.momentum,
        second_moment: this.state.secondMoment,
        scale,
        direction: this.#direction,
      },
      {
        momentum_factor: momentum,
        adam_rate: learningRate * adamShare,
        shrink,
        beta1,
        beta2,
        rest1: 1 - beta1,
        rest2: 1 - beta2,
        correction1: 1 / decayed(beta1, step + 1),
        correction2: 1 / decayed(beta2, step + 1),
        epsilon,
      },
    );
    if (this.#newtonSchulz === undefined) return;
    const orthogonal = this.#newtonSchulz.record(this.#direction.buffer);
    entrywise(this.context, stepSource, { parameters, orthogonal, scale }, { learning_rate: learningRate, shrink });
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
