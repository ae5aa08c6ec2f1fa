import { type Hyperparameters, resolveHyperparameters } from "../hyperparameter/hyperparameter.ts";
import { POSITIVE } from "../hyperparameter/range.ts";
import type { DeviceBuffer } from "../gpu/buffer.ts";
import { linearGroups } from "../gpu/groups.ts";
import { Layout } from "../linalg/layout.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { kroneckerLayout, linearMapsOf } from "../linalg/linear_maps.ts";
import { viewOf } from "../linalg/matrix_view.ts";
import { numberTable } from "../linalg/number_table.ts";
import { Squares } from "../linalg/squares.ts";
import { SymmetricInverse } from "../linalg/symmetric_inverse.ts";
import { adam, adamHyperparameters } from "./adam.ts";
import { entrywise } from "./entrywise.ts";
import { averaging, updateEvery } from "./hyperparameters.ts";
import { optimizerKind } from "./kind.ts";
import { type Observation, type ObservationRequest, observedVector } from "./observation.ts";
import type { OptimizerContext, OptimizerCore, OptimizerSpec } from "./optimizer.ts";
import { TwoSided } from "./two_sided.ts";
import blendText from "../../wgsl/optim/blend.wgsl" with { type: "text" };
import joinText from "../../wgsl/optim/join_bias.wgsl" with { type: "text" };
import splitText from "../../wgsl/optim/split_bias.wgsl" with { type: "text" };

/** Options of {@linkcode kfac}. */
export interface KfacOptions {
  /** Adam's learning rate η. */
  learningRate?: number;
  /** Steps between two refreshes of factors and inverses, from step 0. */
  updateEvery?: number;
  /** λ: √λ is added to both factors. */
  damping?: number;
  /** How much of the factors' averages a refresh keeps. */
  averaging?: number;
  /** Adam's β₁ and β₂. */
  betas?: readonly [number, number];
  /** Adam's ε. */
  epsilon?: number;
  /** Adam's decoupled weight decay. */
  weightDecay?: number;
}

const { learningRate, ...adamsOwn } = adamHyperparameters;

const hyperparameters: Hyperparameters<KfacOptions> = {
  learningRate,
  updateEvery: updateEvery(10, "refreshes of the factors and their inverses"),
  damping: { range: POSITIVE, default: 1e-2, doc: "Damping λ; its root is added to both factors" },
  averaging: averaging(0.95),
  ...adamsOwn,
};

/** The entry of the registry. */
export const kfacKind = optimizerKind({ name: "kfac", paper: "Martens & Grosse 2015", hyperparameters, make: kfac });

const blendSource = { name: "blend", text: blendText };
const joinSource = { name: "join_bias", text: joinText };
const splitSource = { name: "split_bias", text: splitText };

/**
 * K-FAC (Martens & Grosse 2015, "Optimizing neural networks with Kronecker-factored approximate curvature") followed by Adam: for each
 * linear map, with ã = (a, 1) and per-sample adjoints z̄ from the true targets,
 *
 * A = E[ããᵀ], G = E[z̄z̄ᵀ], averaged; [W̄ b̄] ← (G + √λI)⁻¹ [W̄ b̄] (A + √λI)⁻¹; then Adam on it
 *
 * Factors and inverses are refreshed together; in between, old inverses meet new gradients. Parameters that belong to no linear map get
 * Adam alone. State: Adam's, the factors' averages, the inverses. Deviation: λ is not adapted, and there is no rescaling by a quadratic
 * model: Adam takes that place. Cost: two products of each matrix's size a step; a refresh takes about 2 of each factor's size and the
 * factors' own sums over the batch.
 */
export function kfac(options: KfacOptions = {}): OptimizerSpec {
  const resolved = resolveHyperparameters("kfac", hyperparameters, options);
  return {
    name: "kfac",
    learningRate: resolved.learningRate,
    options: { ...resolved },
    create: (context) => new KfacCore(context, resolved),
  };
}

class KfacCore implements OptimizerCore {
  readonly multipliesMatrices = true;
  readonly observes = ["kroneckerFactors"] as const;
  readonly state: Readonly<Record<string, Vector>>;
  readonly #adam: OptimizerCore;
  readonly #factors: Vector;
  readonly #inverses: Vector;
  readonly #preconditioned: Vector;
  readonly #joined: readonly Vector[];
  readonly #sides: TwoSided;
  readonly #squares: Squares;
  readonly #inverse: SymmetricInverse;
  readonly #maps: DeviceBuffer;
  readonly #groups: [number, number, number];
  readonly #owned: DisposableStack;
  /** Whether the factors hold an average already. */
  #observed = false;

  constructor(readonly context: OptimizerContext, readonly options: Required<KfacOptions>) {
    const { gpu, layout } = context;
    const { learningRate, betas, epsilon, weightDecay } = options;
    const maps = linearMapsOf(layout);
    if (maps.length === 0) throw new Error("kfac: expected a field's layout, found one without weight matrices.");
    using made = new DisposableStack();
    this.#adam = made.use(adam({ learningRate, betas, epsilon, weightDecay }).create(context));
    const joined = new Layout(maps.map(({ name, weight, columns }) => ({ name, shape: [weight.rows, columns] })));
    this.#joined = ["gradient", "half preconditioned", "preconditioned"].map((label) => {
      return made.use(createVector(gpu, joined, `${label}, weights with biases`));
    });
    this.#sides = made.use(new TwoSided(gpu, joined.map((segment) => ({ ...segment, view: viewOf(segment) }))));
    this.#squares = made.use(new Squares(gpu, kroneckerLayout(layout)));
    this.#inverse = made.use(new SymmetricInverse(this.#squares));
    this.#factors = made.use(createVector(gpu, this.#squares.layout, "factors"));
    this.#inverses = made.use(createVector(gpu, this.#squares.layout, "inverses"));
    this.#preconditioned = made.use(createVector(gpu, layout, "preconditioned gradient"));
    const numbers = maps.flatMap(({ weight, bias }, i) => {
      const { deviceOffset, stride, rows, columns } = weight;
      const to = joined[i];
      const [biasOffset, hasBias] = bias === undefined ? [0, 0] : [bias.deviceOffset / 4, 1];
      return [deviceOffset / 4, stride / 4, rows, columns, biasOffset, to.deviceOffset / 4, to.stride / 4, hasBias];
    });
    this.#maps = made.use(numberTable(gpu, "maps with biases", numbers));
    const largest = Math.max(...joined.map(({ deviceSize }) => deviceSize));
    this.#groups = [...linearGroups(largest / 16, 64), maps.length];
    this.state = { ...this.#adam.state, factors: this.#factors, inverses: this.#inverses };
    this.#owned = made.move();
  }

  requests(step: number): ObservationRequest[] {
    return [{ kind: "kroneckerFactors", count: step % this.options.updateEvery === 0 ? 1 : 0 }];
  }

  observe(observation: Observation): void {
    const kroneckerFactors = observedVector("kfac", "kroneckerFactors", observation);
    const { averaging, damping } = this.options;
    const keep = this.#observed ? averaging : 0;
    entrywise(this.#squares, blendSource, { average: this.#factors, x: kroneckerFactors }, { keep, share: 1 - keep });
    this.#inverse.record(this.#factors.buffer, this.#inverses.buffer, Math.sqrt(damping));
    this.#observed = true;
  }

  update(request: Parameters<OptimizerCore["update"]>[0], step: number, observations: number): void {
    if (observations === 0) throw new Error("kfac: the first step needs factors; see requests() and observe().");
    this.#precondition(request.gradient);
    this.#adam.update({ ...request, gradient: this.#preconditioned }, step, observations);
  }

  restored({ observations }: { observations: number }): void {
    this.#observed = observations > 0;
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }

  #precondition(gradient: Vector): void {
    const { gpu } = this.context;
    const [joined, between, result] = this.#joined.map(({ buffer }) => buffer);
    const vector = this.#preconditioned.buffer;
    const maps = this.#maps;
    gpu.dispatch(gpu.kernel(joinSource), { maps, vector: gradient.buffer, joined }, {}, this.#groups);
    // The inverses are symmetric.
    this.#sides.rotateBack(joined, this.#inverses.buffer, between, result);
    // What belongs to no map stays the gradient.
    gpu.copy(gradient.buffer, vector);
    gpu.dispatch(gpu.kernel(splitSource), { maps, joined: result, vector }, {}, this.#groups);
  }
}
