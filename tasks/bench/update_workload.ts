import type { Gpu } from "../../lib/gpu/device.ts";
import { streams } from "../../lib/gpu/random.ts";
import { kroneckerLayout } from "../../lib/linalg/linear_maps.ts";
import { createVector } from "../../lib/linalg/vector.ts";
import type { ObservationKind } from "../../lib/optim/observation.ts";
import { createOptimizer, type OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { recordCopy } from "./peak.ts";
import type { Workload } from "./workload.ts";

/** What the updates of an optimizer cost, each an average over one period. */
export interface AverageCost {
  /** The number of dispatches of an update. */
  readonly dispatches: number;
  /** The bytes that an update must read and write, each buffer once. */
  readonly bytes: number;
  /** Floating-point operations of the update's matrix products. */
  readonly flops: number;
  /** The number of observations per step. */
  readonly observations: number;
}

/** A step far from the start, where some optimizers do additional work. */
export const STEADY = 1_000_000;

/** The number of steps after which everything that an optimizer does at intervals repeats. */
export function refreshPeriod({ options }: Pick<OptimizerSpec, "options">): number {
  const intervals = Object.entries(options).filter(([name]) => name.endsWith("Every"));
  return intervals.reduce((period, [, interval]) => leastCommonMultiple(period, Number(interval)), 1);
}

function leastCommonMultiple(a: number, b: number): number {
  let [divisor, rest] = [a, b];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return a / divisor * b;
}

/** The updates of one optimizer, with the vectors that they work on. */
export class UpdateWorkload implements Disposable {
  readonly name: string;
  readonly period: number;
  readonly curvature?: ObservationKind;
  /** Averages over one period. */
  readonly cost: AverageCost;
  readonly #owned: DisposableStack;
  readonly #step: () => number;
  readonly #copy: () => void;

  /** Records one period, so that all kernels are compiled and their work is counted. */
  constructor(readonly gpu: Gpu, { field }: Pick<Workload, "field">, spec: OptimizerSpec) {
    using owned = new DisposableStack();
    const { layout } = field;
    const optimizer = owned.use(createOptimizer(gpu, spec, layout));
    const random = (label: string, step: number) => {
      const vector = owned.use(createVector(gpu, layout, label));
      vector.fillRademacher({ seed: 0, stream: streams.probe, step });
      return vector;
    };
    const parameters = owned.use(createVector(gpu, layout, "parameters"));
    gpu.copy(field.parameters.buffer, parameters.buffer);
    const [gradient, probe, product] = [random("gradient", 0), random("direction", 1), random("product", 2)];
    const kroneckerFactors = owned.use(createVector(gpu, kroneckerLayout(layout), "factors"));
    const observation = { probe, hvp: product, gaussNewtonSample: product, kroneckerFactors };
    this.name = spec.name;
    this.period = refreshPeriod(spec);
    // All optimizers of the registry observe at most one kind.
    [this.curvature] = optimizer.observes;
    if (this.curvature !== undefined) optimizer.observe(observation);
    optimizer.restore({ step: STEADY, observations: optimizer.counters.observations });
    this.#step = () => {
      const due = optimizer.requests().reduce((sum, { count }) => sum + count, 0);
      for (let i = 0; i < due; i++) optimizer.observe(observation);
      optimizer.step({ parameters, gradient });
      return due;
    };
    const sums = { dispatches: 0, bytes: 0, flops: 0, observations: 0 };
    for (let step = 0; step < this.period; step++) {
      const { dispatches, bytes, flops } = gpu.tally(() => sums.observations += this.#step());
      sums.dispatches += dispatches;
      sums.bytes += bytes;
      sums.flops += flops;
    }
    const average = (sum: number) => sum / this.period;
    this.cost = {
      dispatches: average(sums.dispatches),
      bytes: average(sums.bytes),
      flops: average(sums.flops),
      observations: average(sums.observations),
    };
    const length = Math.ceil(this.cost.bytes / 32);
    const [source, destination] = ["copy source", "copy destination"].map((label) => {
      return owned.use(gpu.buffer(label, length * 16));
    });
    this.#copy = () => recordCopy(gpu, source, destination, length);
    this.#owned = owned.move();
  }

  /** Records one period of updates. */
  record(): void {
    for (let step = 0; step < this.period; step++) this.#step();
  }

  /** Records the copy that an update is compared with. */
  recordCopy(): void {
    this.#copy();
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
