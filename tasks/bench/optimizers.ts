import { createVector } from "../../lib/linalg/vector.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { streams } from "../../lib/gpu/random.ts";
import { kroneckerLayout } from "../../lib/linalg/linear_maps.ts";
import { tuneProducts } from "../../lib/linalg/gemm/tune.ts";
import { type ObservationKind, observationKinds } from "../../lib/optim/observation.ts";
import { createOptimizer, type OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { optimizerFromConfig, optimizerNames } from "../../lib/optim/registry.ts";
import { recordCopy } from "./peak.ts";
import { pairedRatio, summarise, type Summary } from "../shell/statistics.ts";
import { productSpeed, timeInterleaved, type Work } from "./timing.ts";
import { type BenchSetup, LEARNING_RATE, Workload } from "./workload.ts";

/** The cost of one optimizer's updates. Times are milliseconds by the clock; all figures are averages over `period` steps. */
export interface UpdateCost {
  readonly optimizer: string;
  /** The number of steps after which the optimizer's refreshes repeat; 1 if all of its steps are alike. */
  readonly period: number;
  /** Time of one update, including refreshes and taking in observations, but not computing what is observed. */
  readonly update: Summary;
  /** The number of dispatches of an update. */
  readonly dispatches: number;
  /** The bytes that an update must read and write, each buffer once. */
  readonly bytes: number;
  /** Time of a copy that reads and writes as many bytes; undefined if the update computes matrix products. */
  readonly copy?: Summary;
  /** The median ratio of `update` to `copy` over all rounds. */
  readonly toCopy?: number;
  /** Floating-point operations of the update's matrix products. */
  readonly flops: number;
  /** GFLOP/s of these products alone; undefined if there are none or the adapter has no timestamps. */
  readonly productSpeed?: number;
  /** What the optimizer observes besides gradients. */
  readonly curvature?: ObservationKind;
  /** The number of observations per step. */
  readonly observations: number;
  /** The additional time of a step relative to a step with Adam, for each batch size. */
  readonly overheads: readonly Overhead[];
}

/** Additional time relative to a step with Adam. */
export interface Overhead {
  readonly batch: number;
  /** The additional time of the update alone. */
  readonly update: number;
  /** The additional time of the update and of what it observes. */
  readonly step: number;
}

/** The times at one batch size that updates are compared with, in milliseconds. */
export interface StepTimes {
  readonly batch: number;
  /** Time of a whole step with Adam. */
  readonly adam: Summary;
  /** Time of loss and gradient with one observation. */
  readonly observed: Readonly<Record<ObservationKind, Summary>>;
  /** GFLOP/s of the matrix products of a step; undefined if the adapter has no timestamps. */
  readonly productSpeed?: number;
}

/** The results of `deno task bench --optimizers`. */
export interface OptimizerComparison {
  readonly updates: readonly UpdateCost[];
  readonly steps: readonly StepTimes[];
}

/** A step far from the start, where some optimizers do additional work. */
const STEADY = 1_000_000;

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

/** Times the updates of all optimizers, and a step with Adam at every batch size, in interleaved rounds. */
export async function compareOptimizers(
  gpu: Gpu,
  setup: BenchSetup,
  batches: readonly number[],
  { repeats, progress }: { repeats: number; progress: (text: string) => void },
): Promise<OptimizerComparison> {
  using owned = new DisposableStack();
  const workloads: Workload[] = [];
  for (const batch of batches) {
    progress(`batch ${batch}: compiling`);
    const workload = owned.use(new Workload(gpu, setup, batch));
    workloads.push(workload);
    await workload.prepare();
  }
  await tuneProducts(gpu, [{ kind: "batched" }]);
  const updateWorkloads: UpdateWorkload[] = [];
  for (const name of optimizerNames) {
    progress(`${name}: compiling`);
    const spec = optimizerFromConfig({ name, learningRate: LEARNING_RATE });
    updateWorkloads.push(owned.use(new UpdateWorkload(gpu, workloads[0], spec)));
    await gpu.synchronize();
  }
  const works: Work[] = updateWorkloads.flatMap((each) => [
    { name: each.name, record: () => each.record() },
    ...each.cost.flops > 0 ? [] : [{ name: `${each.name}, copy`, record: () => each.recordCopy() }],
  ]);
  for (const workload of workloads) {
    const { batch } = workload;
    works.push({ name: `step, batch ${batch}`, record: () => workload.recordStep() });
    for (const curvature of observationKinds) {
      works.push({ name: `${curvature}, batch ${batch}`, record: () => workload.recordProduct(curvature) });
    }
  }
  const rounds = await timeInterleaved(gpu, works, repeats, progress);
  const timesOf = (name: string) => rounds.get(name)!;
  progress("timing matrix products");
  const speeds = new Map<string, number | undefined>();
  for (const each of updateWorkloads) {
    if (each.cost.flops > 0) speeds.set(each.name, await productSpeed(gpu, () => each.record(), repeats));
  }
  const fieldSpeeds: (number | undefined)[] = [];
  for (const workload of workloads) fieldSpeeds.push(await productSpeed(gpu, () => workload.recordStep(), repeats));
  const steps = batches.map((batch, i): StepTimes => ({
    batch,
    adam: summarise(timesOf(`step, batch ${batch}`)),
    observed: Object.fromEntries(
      observationKinds.map((curvature) => [curvature, summarise(timesOf(`${curvature}, batch ${batch}`))]),
    ) as Record<ObservationKind, Summary>,
    productSpeed: fieldSpeeds[i],
  }));
  const updateOf = (each: UpdateWorkload) => summarise(timesOf(each.name).map((time) => time / each.period));
  const adam = updateOf(updateWorkloads.find(({ name }) => name === "adam")!).median;
  return {
    steps,
    updates: updateWorkloads.map((each): UpdateCost => {
      const { name, period, cost, curvature } = each;
      const copies = rounds.get(`${name}, copy`);
      const update = updateOf(each);
      return {
        optimizer: name,
        period,
        update,
        ...cost,
        productSpeed: speeds.get(name),
        copy: copies && summarise(copies),
        toCopy: copies && pairedRatio(timesOf(name).map((time) => time / period), copies),
        curvature,
        overheads: steps.map((step) => ({
          batch: step.batch,
          ...overhead(update.median, adam, step, cost, curvature),
        })),
      };
    }),
  };
}

/** The additional time of a step relative to a step with Adam: of the update alone, and including what it observes. */
export function overhead(
  update: number,
  adamUpdate: number,
  { adam, observed }: StepTimes,
  { observations }: { observations: number },
  curvature?: ObservationKind,
): Omit<Overhead, "batch"> {
  const gradient = adam.median - adamUpdate;
  const observing = curvature === undefined ? 0 : observations * (observed[curvature].median - gradient);
  const updating = update - adamUpdate;
  return { update: updating / adam.median, step: (updating + observing) / adam.median };
}

/** The updates of one optimizer, with the vectors that they work on. */
class UpdateWorkload implements Disposable {
  readonly name: string;
  readonly period: number;
  readonly curvature?: ObservationKind;
  /** Averages over one period. */
  readonly cost: Pick<UpdateCost, "dispatches" | "bytes" | "flops" | "observations">;
  readonly #owned: DisposableStack;
  readonly #step: () => number;
  readonly #copy: () => void;

  /** Records one period, so that all kernels are compiled and their work is counted. */
  constructor(readonly gpu: Gpu, { field }: Workload, spec: OptimizerSpec) {
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
    this.curvature = optimizer.observes;
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
