import { productShapes } from "../../lib/field/sizes.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { flopsOf } from "../../lib/linalg/gemm/shape.ts";
import { summarise, type Summary } from "../shell/statistics.ts";
import { timeInterleaved } from "./timing.ts";
import { fieldOf, type Subject, Workload } from "./workload.ts";

/** A training step at one batch size and width. */
export interface ScalingCase {
  readonly batch: number;
  readonly width: number;
  /** Of a step; milliseconds. */
  readonly step: Summary;
  /** Floating-point operations of the matrix products of a step, padding included. */
  readonly flops: number;
  /** Time of a sample against that of the reference, round by round. */
  readonly perSample: Summary;
  /** Time of a floating-point operation against that of the reference, round by round. */
  readonly perFlop: Summary;
}

/** How the time of a step grows. */
export interface Scaling {
  /** Batches at the subject's width; the first is the reference. */
  readonly batches: readonly ScalingCase[];
  /** Widths at the batch size of the reference. */
  readonly widths: readonly ScalingCase[];
}

const WIDTHS = [64, 128, 256, 512];

/** Times steps over batch sizes at one width, and over widths at the first batch size, all interleaved. */
export async function measureScaling(
  gpu: Gpu,
  subject: Subject,
  batches: readonly number[],
  context: { repeats: number; progress: (text: string) => void },
): Promise<Scaling> {
  const { repeats, progress } = context;
  const [first] = batches;
  const wanted = [
    ...batches.map((batch) => ({ batch, width: subject.width })),
    ...WIDTHS.filter((width) => width !== subject.width).map((width) => ({ batch: first, width })),
  ];
  using workloads = new DisposableStack();
  const works = [];
  for (const { batch, width } of wanted) {
    const name = `batch ${batch}, width ${width}`;
    progress(`${name}: compiling`);
    const workload = workloads.use(new Workload(gpu, { ...subject, width }, batch));
    await workload.prepare();
    works.push({ name, record: () => workload.recordStep() });
  }
  const rounds = await timeInterleaved(gpu, works, repeats, progress);
  const times = works.map(({ name }) => rounds.get(name)!);
  const flops = wanted.map(({ batch, width }) => stepFlops({ ...subject, width }, batch));
  const cases = wanted.map((each, i): ScalingCase => ({
    ...each,
    step: summarise(times[i]),
    flops: flops[i],
    perSample: summarise(ratios(times[i], times[0], each.batch / first)),
    perFlop: summarise(ratios(times[i], times[0], flops[i] / flops[0])),
  }));
  const widths = cases.filter(({ batch }) => batch === first).sort((a, b) => a.width - b.width);
  return { batches: cases.slice(0, batches.length), widths };
}

/** Products of the forward pass, of the weights' gradients and of the adjoints. */
export function stepFlops(subject: Subject, batch: number): number {
  return productShapes(fieldOf(subject), batch)
    .reduce((sum, { shape, propagates }) => sum + flopsOf(shape, propagates ? 3 : 2), 0);
}

/** a/b round by round, over the factor that was expected. */
function ratios(a: readonly number[], b: readonly number[], expected: number): number[] {
  return Array.from({ length: Math.min(a.length, b.length) }, (_, i) => a[i] / b[i] / expected);
}
