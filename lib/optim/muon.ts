import { rangeOf, viewOf } from "../linalg/matrix_view.ts";
import { NewtonSchulz } from "../linalg/newton_schulz.ts";
import { entrywise } from "./entrywise.ts";
import { checkHyperparameters, decayed } from "./hyperparameters.ts";
import { type OptimizerSpec, stateVectors } from "./optimizer.ts";
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
  const [beta1, beta2] = betas;
  const adamShare = adamLearningRate / learningRate;
  return {
    name: "muon",
    learningRate,
    options: resolved,
    create(context) {
      const { gpu, layout } = context;
      using made = new DisposableStack();
      const state = made.use(stateVectors(context, ["momentum", "secondMoment"]));
      const derived = made.use(stateVectors(context, ["direction"]));
      const length = layout.deviceLength / 4;
      const matrices = layout.filter(({ role, rows, columns }) => {
        return role === "weight" && Math.min(rows, columns) >= SHORTEST_SIDE;
      });
      const newtonSchulz = matrices.length > 0 ? made.use(new NewtonSchulz(gpu, layout, matrices)) : undefined;
      const scales = new Float32Array(length);
      for (const segment of matrices) {
        const { offset, size } = rangeOf(viewOf(segment));
        scales.fill(Math.sqrt(Math.max(1, segment.rows / segment.columns)), offset / 4, (offset + size) / 4);
      }
      const scale = made.use(gpu.buffer("Muon's scales", length * 4));
      gpu.write(scale, scales);
      const owned = made.move();
      return {
        state,
        multipliesMatrices: true,
        update({ parameters, gradient, learningRate }, step) {
          const shrink = 1 - weightDecay * learningRate;
          entrywise(
            context,
            startSource,
            {
              parameters,
              gradient,
              momentum: state.momentum,
              second_moment: state.secondMoment,
              scale,
              direction: derived.direction,
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
          if (newtonSchulz === undefined) return;
          const orthogonal = newtonSchulz.record(derived.direction.buffer);
          entrywise(context, stepSource, { parameters, orthogonal, scale }, { learning_rate: learningRate, shrink });
        },
        [Symbol.dispose]: () => owned.dispose(),
      };
    },
  };
}
