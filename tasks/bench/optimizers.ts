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
import { LEARNING_RATE, type Subject, Workload } from "./workload.ts";

/** What the updates of one optimizer take; times are milliseconds by the clock, everything an average over `period` steps. */
export interface UpdateCost {
  readonly optimizer: string;
  /** Steps after which its refreshes repeat; 1 for an optimizer whose steps are all alike. */
  readonly period: number;
  /** One update, refreshes and the folding-in of observations included, but not what is observed. */
  readonly update: Summary;
  /** Kernels dispatched. */
  readonly dispatches: number;
  /** Bytes to be moved at least: what a step reads and writes, each buffer once. */
  readonly bytes: number;
  /** Copying as many bytes, read and written ones counted apart; absent where matrix products take the time. */
  readonly copy?: Summary;
  /** The update in multiples of that, round by round. */
  readonly toCopy?: number;
  /** Floating-point operations of the matrix products that its arithmetic needs. */
  readonly flops: number;
  /** GFLOP/s of those products by themselves; absent without any, or where the adapter has no timestamps. */
  readonly productSpeed?: number;
  /** What it observes besides gradients. */
  readonly curvature?: ObservationKind;
  /** Observations of a step. */
  readonly observations: number;
  /** At each batch size, what a step takes more than Adam's, as a share of that. */
  readonly overheads: readonly Overhead[];
}

/** Extra time as a share of a step with Adam. */
export interface Overhead {
  readonly batch: number;
  /** Of the update alone. */
  readonly update: number;
  /** Of update and observations. */
  readonly step: number;
}

/** What updates are related to at one batch size; times are milliseconds. */
export interface StepTimes {
  readonly batch: number;
  /** A whole step with Adam. */
  readonly adam: Summary;
  /** Loss and gradient with one observation. */
  readonly observed: Readonly<Record<ObservationKind, Summary>>;
  /** GFLOP/s of the matrix products of a step; absent where the adapter has no timestamps. */
  readonly productSpeed?: number;
}

/** All that `deno task bench --optimizers` compares. */
export interface OptimizerComparison {
  readonly updates: readonly UpdateCost[];
  readonly steps: readonly StepTimes[];
}

/** Far from the start, where some optimizers do more: a step like any later one. */
const STEADY = 1_000_000;

/** Steps after which everything that an optimizer does at intervals repeats. */
export function refreshPeriod({ options }: Pick<OptimizerSpec, "options">): number {
  const intervals = Object.entries(options).filter(([name]) => name.endsWith("Every"));
  return intervals.reduce((period, [, interval]) => leastCommonMultiple(period, Number(interval)), 1);
}

function leastCommonMultiple(a: number, b: number): number {
  let [divisor, rest] = [a, b];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return a / divisor * b;
}

/** Times the updates of every optimizer, and a step of Adam at every batch size, all interleaved. */
export async function compareOptimizers(
  gpu: Gpu,
  subject: Subject,
  batches: readonly number[],
  { repeats, progress }: { repeats: number; progress: (text: string) => void },
): Promise<OptimizerComparison> {
  using owned = new DisposableStack();
  const workloads: Workload[] = [];
  for (const batch of batches) {
    progress(`batch ${batch}: compiling`);
    const workload = owned.use(new Workload(gpu, subject, batch));
    workloads.push(workload);
    await workload.prepare();
  }
  await tuneProducts(gpu, [{ kind: "batched" }]);
  const subjects: UpdateSubject[] = [];
  for (const name of optimizerNames) {
    progress(`${name}: compiling`);
    const spec = optimizerFromConfig({ name, learningRate: LEARNING_RATE });
    subjects.push(owned.use(new UpdateSubject(gpu, workloads[0], spec)));
    await gpu.synchronize();
  }
  const works: Work[] = subjects.flatMap((each) => [
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
  for (const each of subjects) {
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
  const updateOf = (each: UpdateSubject) => summarise(timesOf(each.name).map((time) => time / each.period));
  const adam = updateOf(subjects.find(({ name }) => name === "adam")!).median;
  return {
    steps,
    updates: subjects.map((each): UpdateCost => {
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

/** What a step takes more than Adam's, as a share of that: the update alone, and with what it observes beyond the gradient. */
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

/** One optimizer with what it works on. */
class UpdateSubject implements Disposable {
  readonly name: string;
  readonly period: number;
  readonly curvature?: ObservationKind;
  /** Averages over a period. */
  readonly cost: Pick<UpdateCost, "dispatches" | "bytes" | "flops" | "observations">;
  readonly #owned: DisposableStack;
  readonly #step: () => number;
  readonly #copy: () => void;

  /** Records a period, so that everything is compiled and counted. */
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

  /** Records a period of updates. */
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
