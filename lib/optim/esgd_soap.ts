import { type Hyperparameters, resolveHyperparameters, withDefaults } from "../hyperparameter/hyperparameter.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { probesDue } from "./probe_schedule.ts";
import type { DiagonalRule } from "./diagonal_preconditioner.ts";
import { entrywise } from "./entrywise.ts";
import { Equilibration } from "./equilibration.ts";
import { esgdHyperparameters, type EsgdOptions } from "./esgd.ts";
import type { BasisRefresh } from "./eigenbases.ts";
import {
  averaging,
  basisRefresh,
  decayed,
  factorsEvery,
  factorsWithin,
  startEvery,
  updateEvery,
} from "./hyperparameters.ts";
import { optimizerKind } from "./kind.ts";
import { type Observation, type ObservationRequest, observedVector } from "./observation.ts";
import type { OptimizerContext, OptimizerCore, OptimizerSpec } from "./optimizer.ts";
import type { OptimizerPreconditioner, PreconditionerMoment } from "./preconditioner.ts";
import { checkIntervals, lateRefresh } from "./refresh_intervals.ts";
import { RotatedCore, type RotatedRates, type RotatedRule, type RotatedVectors } from "./rotated_core.ts";
import { rotationKind } from "./rotation_schedule.ts";
import text from "../../wgsl/optim/esgd_rotated.wgsl" with { type: "text" };

/** Options of {@linkcode esgdSoap}: ESGD's, some with other defaults, and how its bases follow. */
export interface EsgdSoapOptions extends EsgdOptions {
  /** Steps between two refreshes of the eigenbases. */
  basisEvery?: number;
  /** Steps between the first refreshes, at most `basisEvery`; the interval doubles from there, together with the steps so far. */
  startEvery?: number;
  /** Steps between two updates of a factor, counted back from a refresh, at most `startEvery` and `factorsWithin`; left and right sides take turns. */
  factorsEvery?: number;
  /** How many of the last steps before a refresh update factors, at most `basisEvery`. */
  factorsWithin?: number;
  /** How the eigenbases are refreshed: by a rotation of products only, or by SOAP's published QR decomposition. */
  refresh?: BasisRefresh;
  /** How much of the averages of Shampoo's factors a step keeps. */
  averaging?: number;
}

const hyperparameters: Hyperparameters<EsgdSoapOptions> = {
  // The bases move, and d should not be much older than they. Without relative damping ReLU fields hardly learn.
  ...withDefaults(esgdHyperparameters, { updateEvery: 10, betas: [0.9, 0.95], relativeDamping: 0.03 }),
  basisEvery: updateEvery(10, "refreshes of the eigenbases"),
  startEvery: startEvery("basisEvery"),
  factorsEvery: factorsEvery(),
  factorsWithin: factorsWithin("basisEvery"),
  refresh: basisRefresh("rotation"),
  averaging: averaging(0.95),
};

/** The entry of the registry. */
export const esgdSoapKind = optimizerKind({
  name: "esgdSoap",
  paper: "not published; it is ESGD in SOAP's eigenbases",
  hyperparameters,
  make: esgdSoap,
});

const source = { name: "esgd_rotated", text };

/**
 * ESGD in SOAP's eigenbases: the equilibrated preconditioner (Dauphin, de Vries & Bengio 2015; Chng, Saratchandran & Lucey 2025) in the
 * eigenbases of Shampoo's factors (Vyas et al. 2024). For each weight matrix, with M' = Q_Lᵀ M Q_R:
 *
 * for each probe when due d ← β₂d + (1−β₂)((Hv)')²; m ← β₁m + (1−β₁)G; θ ← (1−λη)θ − η Q_L (m̂'/(√d/√(1−β₂^κ) + ε)) Q_Rᵀ
 *
 * L, R, Q_L, Q_R as in `soap`: step 0 sets them and moves nothing, every `basisEvery`-th step, or more often at the start, they follow, and d is put in their order if they were sorted.
 * So the first probes are due at step 1, the later ones as ESGD's, counted from there. Biases: ESGD with the same constants. State:
 * first moment (unrotated and rotated), d, factors, bases. The combination is our own and not published; deviations from SOAP are those of {@linkcode RotatedCore}.
 *
 * Cost: that of `soap`, and two products of each matrix's size for each probe beside the probe itself.
 */
export function esgdSoap(options: EsgdSoapOptions = {}): OptimizerSpec {
  const resolved = resolveHyperparameters("esgdSoap", hyperparameters, options);
  checkIntervals("esgdSoap", "basisEvery", resolved);
  return {
    name: "esgdSoap",
    learningRate: resolved.learningRate,
    options: { ...resolved },
    // Not step 0, which takes as long as ten others.
    rehearsal: [1, lateRefresh(resolved.basisEvery)],
    kindOf: (step) => rotationKind(step, resolved),
    create: (context) => new EsgdSoapCore(context, resolved),
  };
}

class EsgdSoapCore implements OptimizerCore {
  readonly multipliesMatrices = true;
  readonly observes = ["hessianProbe"] as const;
  readonly state: Readonly<Record<string, Vector>>;
  readonly #equilibration: Equilibration;
  readonly #rotated: RotatedCore;
  readonly #product: Vector;
  readonly #owned: DisposableStack;

  constructor(readonly context: OptimizerContext, readonly options: Required<EsgdSoapOptions>) {
    using made = new DisposableStack();
    const equilibration = new Equilibration(context, options.betas[1], options.relativeDamping);
    this.#equilibration = equilibration;
    const rule: RotatedRule = {
      diagonal: equilibration.average,
      reordered: () => equilibration.changed(),
      record: (...given) => this.#record(...given),
      divisor: (...given) => this.#divisor(...given),
      [Symbol.dispose]: () => equilibration[Symbol.dispose](),
    };
    const { basisEvery, startEvery, factorsEvery, factorsWithin, refresh, averaging, weightDecay } = options;
    const rotation = { basisEvery, startEvery, factorsEvery, factorsWithin, refresh, averaging, weightDecay };
    this.#rotated = made.use(new RotatedCore(context, rotation, "squaredProducts", rule));
    this.#product = made.use(createVector(context.gpu, context.layout, "rotated product"));
    this.state = this.#rotated.state;
    this.#owned = made.move();
  }

  requests(step: number): ObservationRequest[] {
    return [{ kind: "hessianProbe", count: step === 0 ? 0 : probesDue(step - 1, this.options) }];
  }

  observe(observation: Observation): void {
    this.#rotated.rotate(observedVector("esgdSoap", "hessianProbe", observation), this.#product);
    this.#equilibration.observe(this.#product);
  }

  update(...[request, step, observations]: Parameters<OptimizerCore["update"]>): void {
    if (step > 0 && observations === 0) {
      throw new Error("esgdSoap: step 1 needs a probe; see requests() and observe().");
    }
    this.#rotated.update(request, step, observations);
  }

  preconditioner(moment: PreconditionerMoment): Promise<OptimizerPreconditioner | undefined> {
    return this.#rotated.preconditioner(moment);
  }

  restored(): void {
    this.#equilibration.changed();
    this.#rotated.restored();
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }

  #divisor(t: number, observations: number): DiagonalRule & { readonly correction: number } {
    const { betas: [, beta2], epsilon, biasCorrection } = this.options;
    return {
      estimate: this.#equilibration.preconditioner(),
      magnitude: "absolute",
      correction: 1 / Math.sqrt(decayed(beta2, biasCorrection === "steps" ? t : observations)),
      epsilon,
    };
  }

  #record(vectors: RotatedVectors, rates: RotatedRates, t: number, observations: number): void {
    const { betas: [beta1] } = this.options;
    const { estimate, correction, epsilon } = this.#divisor(t, observations);
    entrywise(
      this.context,
      source,
      { ...vectors, preconditioner: estimate },
      {
        ...rates,
        beta1,
        rest1: 1 - beta1,
        correction1: 1 / decayed(beta1, t),
        correction2: correction,
        epsilon,
      },
    );
  }
}
