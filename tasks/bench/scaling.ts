import { productShapes } from "../../lib/field/sizes.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { flopsOf } from "../../lib/linalg/gemm/shape.ts";
import { summarise, type Summary } from "../shell/statistics.ts";
import { timeInterleaved } from "./timing.ts";
import { type BenchSetup, fieldOf, Workload } from "./workload.ts";

/** The time of a training step at one batch size and width. */
interface ScalingCase {
  readonly batch: number;
  readonly width: number;
  /** Milliseconds of a step. */
  readonly step: Summary;
  /** Floating-point operations of the matrix products of a step, including padding. */
  readonly flops: number;
  /** Time per sample relative to the reference, as ratios of each round. */
  readonly perSample: Summary;
  /** Time per floating-point operation relative to the reference, as ratios of each round. */
  readonly perFlop: Summary;
}

/** How the time of a step grows with batch size and width. */
export interface Scaling {
  /** The batch sizes at the field's width; the first is the reference. */
  readonly batches: readonly ScalingCase[];
  /** The widths at the batch size of the reference. */
  readonly widths: readonly ScalingCase[];
}

const WIDTHS = [64, 128, 256, 512];

/** Times steps for all batch sizes at one width, and for all widths at the first batch size, in interleaved rounds. */
export async function measureScaling(
  gpu: Gpu,
  setup: BenchSetup,
  batches: readonly number[],
  context: { repeats: number; progress: (text: string) => void },
): Promise<Scaling> {
  const { repeats, progress } = context;
  const [first] = batches;
  const wanted = [
    ...batches.map((batch) => ({ batch, width: setup.width })),
    ...WIDTHS.filter((width) => width !== setup.width).map((width) => ({ batch: first, width })),
  ];
  using workloads = new DisposableStack();
  const works = [];
  for (const { batch, width } of wanted) {
    const name = `batch ${batch}, width ${width}`;
    progress(`${name}: compiling`);
    const workload = workloads.use(new Workload(gpu, { ...setup, width }, batch));
    await workload.prepare();
    works.push({ name, record: () => workload.recordStep() });
  }
  const rounds = await timeInterleaved(gpu, works, { repeats, progress });
  const times = works.map(({ name }) => rounds.get(name)!);
  const flops = wanted.map(({ batch, width }) => stepFlops({ ...setup, width }, batch));
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

/** Floating-point operations of a step: the products of the forward pass, of the weights' gradients and of the adjoints. */
export function stepFlops(setup: BenchSetup, batch: number): number {
  return productShapes(fieldOf(setup), batch)
    .reduce((sum, { shape, propagates }) => sum + flopsOf(shape, propagates ? 3 : 2), 0);
}

/** The ratios a/b of all rounds, divided by the expected ratio. */
function ratios(a: readonly number[], b: readonly number[], expected: number): number[] {
  return Array.from({ length: Math.min(a.length, b.length) }, (_, i) => a[i] / b[i] / expected);
}
