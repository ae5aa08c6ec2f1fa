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
import { fieldOf, type Subject, Workload } from "./workload.ts";

/** One kernel in one phase of one pass. */
export interface KernelFigures extends ProfileEntry {
  /** Of matrix products; 0 for other kernels. */
  readonly gflops: number;
  readonly gigabytesPerSecond: number;
  /** Matrix products: of the adapter's peak in operations. Others: of its peak in bytes, which caches can exceed. */
  readonly shareOfPeak: number;
}

/** A pass by the timestamps of its kernels. */
export interface Breakdown {
  /** Sum over the kernels. */
  readonly milliseconds: number;
  readonly dispatches: number;
  /** Milliseconds by phase, in order. */
  readonly phases: Readonly<Record<string, number>>;
  readonly kernels: readonly KernelFigures[];
}

/** What was measured at one batch size; times are milliseconds. */
export interface BatchFigures {
  readonly batch: number;
  /** Rows that are worked on at once. */
  readonly chunk: number;
  /** Of the first step. */
  readonly loss: number;
  /** A whole training step by the clock. */
  readonly step: Summary;
  readonly stepsPerSecond: number;
  /** Loss and gradient alone. */
  readonly gradient: Summary;
  /** Loss, gradient and one Hessian-vector product. */
  readonly product: Summary;
  /** The last two, round by round. */
  readonly productToGradient: number;
  /** What ESGD with a probe every 100 steps costs more than Adam, as a share of Adam's step. */
  readonly esgdOverhead?: number;
  /** Where the adapter has timestamps: a step, and gradient with product. */
  readonly profile?: { readonly step: Breakdown; readonly product: Breakdown };
}

/** Device milliseconds of updates alone. */
export interface UpdateFigures {
  readonly adam: number;
  readonly esgd: number;
  /** With the folding-in of a probe before it. */
  readonly esgdWithProbe: number;
}

/** Steps between ESGD's probes after its warm-up. */
const PROBE_EVERY = 100;

/** Times the updates of both optimizers; undefined where the adapter has no timestamps. */
export async function measureUpdates(gpu: Gpu, subject: Subject, repeats: number): Promise<UpdateFigures | undefined> {
  if (!canProfile(gpu)) return undefined;
  using field = createField(gpu, fieldOf(subject));
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

/** Measures every batch size, all interleaved. */
export async function measureBatches(
  gpu: Gpu,
  subject: Subject,
  batches: readonly number[],
  context: { peak: Peak; updates?: UpdateFigures; repeats: number; progress: (text: string) => void },
): Promise<BatchFigures[]> {
  const { peak, updates, repeats, progress } = context;
  using workloads = new DisposableStack();
  const cases: { workload: Workload; loss: number }[] = [];
  for (const batch of batches) {
    progress(`batch ${batch}: compiling`);
    const workload = workloads.use(new Workload(gpu, subject, batch));
    cases.push({ workload, loss: await workload.prepare() });
  }
  const works = cases.flatMap(({ workload }) => [
    { name: `step, batch ${workload.batch}`, record: () => workload.recordStep() },
    { name: `gradient, batch ${workload.batch}`, record: () => workload.recordGradient() },
    { name: `product, batch ${workload.batch}`, record: () => workload.recordProduct() },
  ]);
  const rounds = await timeInterleaved(gpu, works, repeats, progress);
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
 * ESGD's extra time as a share of an Adam step: a probe's product (what it takes beyond the gradient that the step needs anyway)
 * and its folding-in every 100 steps, and the difference of the update kernels at every step.
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
