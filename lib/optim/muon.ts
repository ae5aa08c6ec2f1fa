import type { DeviceBuffer } from "../gpu/buffer.ts";
import { rangeOf, viewOf } from "../linalg/matrix_view.ts";
import { NewtonSchulz } from "../linalg/newton_schulz.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { entrywise } from "./entrywise.ts";
import { checkHyperparameters, decayed } from "./hyperparameters.ts";
import {
  type OptimizerContext,
  type OptimizerCore,
  type OptimizerSpec,
  type StateVectors,
  stateVectors,
  type StepRequest,
} from "./optimizer.ts";
import startText from "../../wgsl/optim/muon_start.wgsl" with { type: "text" };
import stepText from "../../wgsl/optim/muon_step.wgsl" with { type: "text" };

/** Options of {@linkcode muon}. */
export interface MuonOptions {
  /** η > 0 for matrices, 0.02 by default. */
  learningRate?: number;
  /** η > 0 for everything else, which Adam updates; 0.1 times `learningRate` by default. A schedule multiplies both. */
  adamLearningRate?: number;
  /** μ in [0, 1) of the matrices' momentum, 0.95 by default. */
  momentum?: number;
  /** Adam's β₁, β₂ in [0, 1), 0.9 and 0.999 by default. */
  betas?: readonly [number, number];
  /** Adam's ε > 0, 1e−8 by default. */
  epsilon?: number;
  /** λ ≥ 0, decoupled, with the matrices' rate everywhere; 0 by default. */
  weightDecay?: number;
}

const startSource = { name: "muon_start", text: startText };
const stepSource = { name: "muon_step", text: stepText };

/** Matrices with a shorter side than this have too few directions to balance. */
const SHORTEST_SIDE = 8;

/**
 * Muon (Jordan 2024, "Muon: an optimizer for hidden layers in neural networks"): on weight matrices with both sides of at least
 * 8, buf ← μ buf + G, u = G + μ buf, X ≈ the orthogonal factor of u by five Newton-Schulz steps,
 * θ ← (1−λη)θ − η√max(1, outputs/inputs) X; all else by Adam with a rate of its own.
 *
 * State: `momentum`, which is buf or Adam's first moment, and Adam's second. Deviations: first and last layers are orthogonalised
 * like the others where they are large enough. Cost: see {@linkcode NewtonSchulz}; for a field of 4 × 256 about 1 GFLOP a step,
 * two to three times what gradient and loss of 512 rows take.
 */
export function muon(options: MuonOptions = {}): OptimizerSpec {
  const {
    learningRate = 0.02,
    adamLearningRate = 0.1 * learningRate,
    momentum = 0.95,
    betas = [0.9, 0.999],
    epsilon = 1e-8,
    weightDecay = 0,
  } = options;
  const resolved = { learningRate, adamLearningRate, momentum, betas, epsilon, weightDecay };
  checkHyperparameters("muon", options, resolved);
  return {
    name: "muon",
    learningRate,
    options: resolved,
    create: (context) => new MuonCore(context, resolved),
  };
}

class MuonCore implements OptimizerCore {
  readonly multipliesMatrices = true;
  readonly state: StateVectors<"momentum" | "secondMoment">;
  readonly #direction: Vector;
  /** Absent where a layout has no matrices that are large enough. */
  readonly #newtonSchulz?: NewtonSchulz;
  /** √max(1, outputs/inputs) for each vec4 of those matrices, 0 elsewhere. */
  readonly #scale: DeviceBuffer;
  readonly #owned: DisposableStack;

  constructor(readonly context: OptimizerContext, readonly options: Required<MuonOptions>) {
    const { gpu, layout } = context;
    using made = new DisposableStack();
    this.state = made.use(stateVectors(context, ["momentum", "secondMoment"]));
    this.#direction = made.use(createVector(gpu, layout, "direction"));
    const matrices = layout.filter(({ role, rows, columns }) => {
      return role === "weight" && Math.min(rows, columns) >= SHORTEST_SIDE;
    });
    if (matrices.length > 0) this.#newtonSchulz = made.use(new NewtonSchulz(gpu, layout, matrices));
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
