import { createField } from "../../lib/field/field.ts";
import { createVector } from "../../lib/linalg/vector.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import type { ProfileEntry } from "../../lib/gpu/profile.ts";
import { adam } from "../../lib/optim/adam.ts";
import { esgd } from "../../lib/optim/esgd.ts";
import { createOptimizer } from "../../lib/optim/optimizer.ts";
import type { Peak } from "./peak.ts";
import { pairedRatio, summarise, type Summary } from "../shell/statistics.ts";
import { canProfile, profileWork, timeInterleaved } from "./timing.ts";
import { type BenchSetup, fieldOf, Workload } from "./workload.ts";

/** The speed of one kernel in one phase of a pass. */
interface KernelFigures extends ProfileEntry {
  /** GFLOP/s of matrix products; 0 for other kernels. */
  readonly gflops: number;
  readonly gigabytesPerSecond: number;
  /** The fraction of the adapter's peak: in GFLOP/s for matrix products, otherwise in GB/s, which cached accesses can exceed. */
  readonly shareOfPeak: number;
}

/** The time of a pass by phase and kernel, measured with timestamps. */
export interface Breakdown {
  /** The sum over all kernels. */
  readonly milliseconds: number;
  readonly dispatches: number;
  /** Milliseconds of each phase, in order. */
  readonly phases: Readonly<Record<string, number>>;
  readonly kernels: readonly KernelFigures[];
}

/** The measurements at one batch size; times are milliseconds. */
export interface BatchFigures {
  readonly batch: number;
  /** The number of rows of a chunk. */
  readonly chunk: number;
  /** The loss before the first step. */
  readonly loss: number;
  /** Time of a whole training step by the clock. */
  readonly step: Summary;
  readonly stepsPerSecond: number;
  /** Time of loss and gradient. */
  readonly gradient: Summary;
  /** Time of loss, gradient and one Hessian-vector product. */
  readonly product: Summary;
  /** The median ratio of `product` to `gradient` over all rounds. */
  readonly productToGradient: number;
  /** The additional time of ESGD with a probe every 100 steps, relative to a step with Adam. */
  readonly esgdOverhead?: number;
  /** A step, and gradient with product, by kernel; undefined if the adapter has no timestamps. */
  readonly profile?: { readonly step: Breakdown; readonly product: Breakdown };
}

/** The time of the optimizers' updates alone, in milliseconds on the device. */
export interface UpdateFigures {
  readonly adam: number;
  readonly esgd: number;
  /** ESGD's update including its observation of a probe. */
  readonly esgdWithProbe: number;
}

/** The number of steps between two probes of ESGD, after the first steps, which all take probes. */
const PROBE_EVERY = 100;

/** Times the updates of Adam and ESGD; undefined if the adapter has no timestamps. */
export async function measureUpdates(gpu: Gpu, setup: BenchSetup, repeats: number): Promise<UpdateFigures | undefined> {
  if (!canProfile(gpu)) return undefined;
  using field = createField(gpu, fieldOf(setup));
  const { parameters, layout } = field;
  using gradient = createVector(gpu, layout);
  using hvp = createVector(gpu, layout);
  using first = createOptimizer(gpu, adam(), layout);
  using second = createOptimizer(gpu, esgd(), layout);
  const time = async (record: () => void) => {
    record();
    const entries = await profileWork(gpu, record, repeats);
    return entries.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  };
  const observeAndStep = () => {
    second.observe({ hvp });
    second.step({ parameters, gradient });
  };
  const esgdWithProbe = await time(observeAndStep);
  return {
    adam: await time(() => first.step({ parameters, gradient })),
    esgd: await time(() => second.step({ parameters, gradient })),
    esgdWithProbe,
  };
}

/** Measures all batch sizes in interleaved rounds. */
export async function measureBatches(
  gpu: Gpu,
  setup: BenchSetup,
  batches: readonly number[],
  context: { peak: Peak; updates?: UpdateFigures; repeats: number; progress: (text: string) => void },
): Promise<BatchFigures[]> {
  const { peak, updates, repeats, progress } = context;
  using workloads = new DisposableStack();
  const cases: { workload: Workload; loss: number }[] = [];
  for (const batch of batches) {
    progress(`batch ${batch}: compiling`);
    const workload = workloads.use(new Workload(gpu, setup, batch));
    cases.push({ workload, loss: await workload.prepare() });
  }
  const works = cases.flatMap(({ workload }) => [
    { name: `step, batch ${workload.batch}`, record: () => workload.recordStep() },
    { name: `gradient, batch ${workload.batch}`, record: () => workload.recordGradient() },
    { name: `product, batch ${workload.batch}`, record: () => workload.recordProduct() },
  ]);
  const rounds = await timeInterleaved(gpu, works, { repeats, progress });
  const figures: BatchFigures[] = [];
  for (const { workload, loss } of cases) {
    const { batch } = workload;
    progress(`batch ${batch}: timing kernels`);
    const [step, gradient, product] = ["step", "gradient", "product"].map((name) =>
      rounds.get(`${name}, batch ${batch}`)!
    );
    const profile = canProfile(gpu)
      ? {
        step: breakdown(await profileWork(gpu, () => workload.recordStep(), repeats), peak),
        product: breakdown(await profileWork(gpu, () => workload.recordProduct(), repeats), peak),
      }
      : undefined;
    const times = { step: summarise(step), gradient: summarise(gradient), product: summarise(product) };
    figures.push({
      batch,
      chunk: workload.step.workspace.chunkRows,
      loss,
      ...times,
      stepsPerSecond: 1000 / times.step.median,
      productToGradient: pairedRatio(product, gradient),
      esgdOverhead: updates && profile &&
        esgdOverhead(
          times.product.median - times.gradient.median,
          times.step.median - (profile.step.phases.update ?? 0) + updates.adam,
          updates,
        ),
      profile,
    });
  }
  return figures;
}

/**
 * The additional time of ESGD relative to a step with Adam. Every 100 steps it has the Hessian-vector product of a probe (beyond the
 * gradient, which the step needs anyway) and its observation; at every step it has the difference between the update kernels.
 */
export function esgdOverhead(extraForProduct: number, adamStep: number, updates: UpdateFigures): number {
  const probe = (extraForProduct + updates.esgdWithProbe - updates.esgd) / PROBE_EVERY;
  return (probe + updates.esgd - updates.adam) / adamStep;
}

/** Sums a profile by phase and compares its kernels with the adapter's peak. */
export function breakdown(entries: readonly ProfileEntry[], peak: Pick<Peak, "gflops" | "gigabytesPerSecond">) {
  const phases: Record<string, number> = {};
  let milliseconds = 0;
  let dispatches = 0;
  const kernels = entries.map((entry): KernelFigures => {
    phases[entry.phase] = (phases[entry.phase] ?? 0) + entry.milliseconds;
    milliseconds += entry.milliseconds;
    dispatches += entry.dispatches;
    const gflops = entry.flops / entry.milliseconds / 1e6;
    const gigabytesPerSecond = entry.bytes / entry.milliseconds / 1e6;
    const shareOfPeak = entry.flops > 0 ? gflops / peak.gflops : gigabytesPerSecond / peak.gigabytesPerSecond;
    return { ...entry, gflops, gigabytesPerSecond, shareOfPeak };
  });
  return { milliseconds, dispatches, phases, kernels } satisfies Breakdown;
}
