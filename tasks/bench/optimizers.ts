import type { Gpu } from "../../lib/gpu/device.ts";
import { tuneMatrices } from "../../lib/linalg/tune_matrices.ts";
import { type ObservationKind, observationKinds } from "../../lib/optim/observation.ts";
import { optimizerNames } from "../../lib/optim/registry.ts";
import { pairedRatio, summarise, type Summary } from "../shell/statistics.ts";
import { productSpeed, timeInterleaved, type TimingPlan, type Work } from "./timing.ts";
import { type AverageCost, UpdateWorkload } from "./update_workload.ts";
import { type BenchSetup, optimizerOf, Workload } from "./workload.ts";

/** The cost of one optimizer's updates. Times are milliseconds by the clock; all figures are averages over `period` steps. */
export interface UpdateCost extends AverageCost {
  readonly optimizer: string;
  /** The number of steps after which the optimizer's refreshes repeat; 1 if all of its steps are alike. */
  readonly period: number;
  /** Time of one update, including refreshes and taking in observations, but not computing what is observed. */
  readonly update: Summary;
  /** Time of a copy that reads and writes as many bytes; undefined if the update computes matrix products. */
  readonly copy?: Summary;
  /** The median ratio of `update` to `copy` over all rounds. */
  readonly toCopy?: number;
  /** GFLOP/s of these products alone; undefined if there are none or the adapter has no timestamps. */
  readonly productSpeed?: number;
  /** What the optimizer observes besides gradients. */
  readonly curvature?: ObservationKind;
  /** The additional time of a step relative to a step with Adam, for each batch size. */
  readonly overheads: readonly Overhead[];
}

/** Additional time relative to a step with Adam. */
interface Overhead {
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

/** How optimizers are compared. */
interface ComparisonPlan extends TimingPlan {
  readonly progress: (text: string) => void;
  /** Whether no further optimizer should be compiled; those that are left are left out. Adam never is. */
  readonly isEnough?: () => boolean;
}

/** Times the updates of all optimizers, and a step with Adam at every batch size, in interleaved rounds. */
export async function compareOptimizers(
  gpu: Gpu,
  setup: BenchSetup,
  batches: readonly number[],
  plan: ComparisonPlan,
): Promise<OptimizerComparison> {
  const { repeats, progress, isEnough = () => false, isOver = () => false } = plan;
  using owned = new DisposableStack();
  const workloads: Workload[] = [];
  for (const batch of batches) {
    progress(`batch ${batch}: compiling`);
    const workload = owned.use(new Workload(gpu, setup, batch));
    workloads.push(workload);
    await workload.prepare();
  }
  await tuneMatrices(gpu);
  const updates: UpdateWorkload[] = [];
  for (const name of optimizerNames) {
    if (name !== "adam" && isEnough()) continue;
    progress(`${name}: compiling`);
    updates.push(owned.use(new UpdateWorkload(gpu, workloads[0], optimizerOf(name))));
    await gpu.synchronize();
  }
  const times = await timeInterleaved(gpu, [...worksOfUpdates(updates), ...worksOfSteps(workloads)], plan);
  progress("timing matrix products");
  const speeds: Speeds = new Map();
  for (const each of updates) {
    if (each.cost.flops > 0 && !isOver()) speeds.set(each, await productSpeed(gpu, () => each.record(), repeats));
  }
  for (const each of workloads) {
    if (!isOver()) speeds.set(each, await productSpeed(gpu, () => each.recordStep(), repeats));
  }
  const steps = workloads.map((workload) => stepTimes(workload, times, speeds));
  const adam = updateTime(updates.find(({ name }) => name === "adam")!, times).median;
  return { steps, updates: updates.map((each) => updateCost(each, times, speeds, steps, adam)) };
}

/** The times of each work, by its name, one a round. */
type Times = ReadonlyMap<string, readonly number[]>;

/** GFLOP/s of the matrix products of updates and of steps. */
type Speeds = Map<UpdateWorkload | Workload, number | undefined>;

/** The updates, each with the copy that it is compared with if it computes no matrix products. */
function worksOfUpdates(updates: readonly UpdateWorkload[]): Work[] {
  return updates.flatMap((each) => [
    { name: each.name, record: () => each.record() },
    ...each.cost.flops > 0 ? [] : [{ name: `${each.name}, copy`, record: () => each.recordCopy() }],
  ]);
}

/** A step with Adam and each kind of observation, at every batch size. */
function worksOfSteps(workloads: readonly Workload[]): Work[] {
  return workloads.flatMap((workload) => [
    { name: `step, batch ${workload.batch}`, record: () => workload.recordStep() },
    ...observationKinds.map((kind) => ({
      name: `${kind}, batch ${workload.batch}`,
      record: () => workload.recordProduct(kind),
    })),
  ]);
}

function stepTimes(workload: Workload, times: Times, speeds: Speeds): StepTimes {
  const { batch } = workload;
  const observed = observationKinds.map((kind) => [kind, summarise(times.get(`${kind}, batch ${batch}`)!)]);
  return {
    batch,
    adam: summarise(times.get(`step, batch ${batch}`)!),
    observed: Object.fromEntries(observed) as Record<ObservationKind, Summary>,
    productSpeed: speeds.get(workload),
  };
}

/** The time of one update of an optimizer, averaged over its period. */
function updateTime({ name, period }: UpdateWorkload, times: Times): Summary {
  return summarise(times.get(name)!.map((time) => time / period));
}

function updateCost(
  workload: UpdateWorkload,
  times: Times,
  speeds: Speeds,
  steps: readonly StepTimes[],
  adam: number,
): UpdateCost {
  const { name, period, cost, curvature } = workload;
  const update = updateTime(workload, times);
  const copies = times.get(`${name}, copy`);
  return {
    optimizer: name,
    period,
    update,
    ...cost,
    productSpeed: speeds.get(workload),
    copy: copies && summarise(copies),
    toCopy: copies && pairedRatio(times.get(name)!.map((time) => time / period), copies),
    curvature,
    overheads: steps.map((step) => ({
      batch: step.batch,
      ...overhead(update.median, adam, step, cost, curvature),
    })),
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
