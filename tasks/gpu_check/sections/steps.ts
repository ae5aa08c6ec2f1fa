import type { Gpu } from "../../../lib/gpu/device.ts";
import { stepFlops } from "../../bench/scaling.ts";
import { percent, withScatter } from "../../bench/report.ts";
import { figure } from "../../bench/table.ts";
import { canProfile, profileWork, timeInterleaved } from "../../bench/timing.ts";
import { Workload } from "../../bench/workload.ts";
import { pairedRatio, summarise, type Summary } from "../../shell/statistics.ts";
import { setupAt, WIDTHS } from "../fields.ts";
import type { StorageFormat } from "../../../lib/gpu/storage_format.ts";
import { peakOf } from "../peak_figures.ts";
import { type Context, openFor, REPEATS, type Section } from "../section.ts";

/** What is timed. */
interface PlannedCase {
  readonly batch: number;
  readonly width: number;
  /** How hidden layers are stored. */
  readonly storage: StorageFormat;
}

/** The times of one case, in milliseconds. */
interface StepCase extends PlannedCase {
  /** A step with Adam by the clock. */
  readonly step: Summary;
  /** Loss and gradient. */
  readonly gradient: Summary;
  /** Loss, gradient and one Hessian-vector product. */
  readonly product: Summary;
  /** The median ratio of `product` to `gradient` over all rounds. */
  readonly productToGradient: number;
  /** The sum over a step's kernels by timestamps; undefined without these. */
  readonly kernels?: number;
  readonly dispatches: number;
  /** Floating-point operations of a step's matrix products. */
  readonly flops: number;
  /** The bytes that a step must read and write, each buffer once. */
  readonly bytes: number;
  /** The first loss, which should be the same everywhere up to rounding. */
  readonly loss: number;
}

/** A step's time over batch sizes and widths. */
interface StepFigures {
  readonly cases: readonly StepCase[];
}

const BATCHES = [512, 4096, 65536];
/** Batches from there on are also measured with hidden layers in half precision. */
const LARGE = 65536;
/** Seconds that compiling and choosing kernels for a case may take. */
const COMPILING = 1.5;
/** Gradient with product takes about so many times as long as a step; the first times and two rounds are made at least. */
const WORK_OF_A_CASE = 3 * (1 + 1 + 3);
/** The share of the peak that steps reach at least, until one is measured. */
const CAUTIOUS = 0.3;

/** How long steps take, against what peak and bandwidth allow. */
export const stepsSection: Section<StepFigures> = {
  key: "steps",
  title: "Steps",
  share: 22,
  async measure(context) {
    const { peak, allowance } = context;
    using gpu = await openFor(context);
    const cases: StepCase[] = [];
    const planned = WIDTHS.flatMap(casesOf)
      .map((each) => ({ ...each, flops: stepFlops(setupAt(each.width), each.batch) }))
      .sort((a, b) => a.flops - b.flops);
    let speed = CAUTIOUS * (peak === undefined ? Infinity : peakOf(peak)) * 1e9;
    for (const { flops, ...each } of planned) {
      const name = nameOf(each);
      if (!allowance.fits(COMPILING + WORK_OF_A_CASE * flops / speed)) {
        context.leaveOut(name);
        continue;
      }
      const found = await measureCase(gpu, context, each);
      cases.push(found);
      speed = flops / found.step.median * 1000;
    }
    return { cases };
  },
  describe({ cases }, peak) {
    const most = peakOf(peak);
    const bandwidth = peak?.gigabytesPerSecond ?? NaN;
    const ratios = cases.map(({ productToGradient }) => productToGradient);
    return {
      findings: cases.length === 0 ? [] : [
        `Steps: ${cases.map((each) => `${nameOf(each)} ${figure(each.step.median)} ms`).join(", ")}.`,
        `Gradient with product: ${figure(Math.min(...ratios))} to ${figure(Math.max(...ratios))} times a gradient.`,
      ],
      paragraphs: [
        "A step of a field of four hidden Gaussian layers with Adam, by the clock: medians over interleaved rounds, ± half of their range. " +
        "“of peak” is what its matrix products alone would take at the speed of our fastest product kernel, as a share of the step; “of bandwidth” " +
        "what its buffers alone would take, each read and written once, at the speed of copying; “kernels” the sum over its kernels by the " +
        "device's timestamps, as a share: the rest is between them. “f16” means hidden layers in half precision (--storage f16).",
      ],
      tables: [{
        columns: [
          "batch, width",
          "step",
          "dispatches",
          "of peak",
          "of bandwidth",
          "kernels",
          "gradient",
          "gradient + Hv",
          "ratio",
        ],
        numbersFrom: 1,
        rows: cases.map((each) => [
          nameOf(each),
          withScatter(each.step),
          String(each.dispatches),
          percent(each.flops / each.step.median / 1e6 / most),
          percent(each.bytes / each.step.median / 1e6 / bandwidth),
          each.kernels === undefined ? "?" : percent(each.kernels / each.step.median),
          withScatter(each.gradient),
          withScatter(each.product),
          `${figure(each.productToGradient)} ×`,
        ]),
      }],
    };
  },
};

/** What is timed at one width. */
function casesOf(width: number): PlannedCase[] {
  const single = BATCHES.map((batch) => ({ width, batch, storage: "f32" as const }));
  const half = single.filter(({ batch }) => batch >= LARGE).map((each) => ({ ...each, storage: "f16" as const }));
  return [...single, ...half];
}

function nameOf({ batch, width, storage }: PlannedCase): string {
  return `${batch} × ${width}${storage === "f32" ? "" : `, ${storage}`}`;
}

async function measureCase(gpu: Gpu, context: Context, planned: PlannedCase): Promise<StepCase> {
  const { batch, width, storage } = planned;
  const name = nameOf(planned);
  context.progress(`${name}: compiling`);
  using workload = new Workload(gpu, { ...setupAt(width), storage }, batch);
  const loss = await workload.prepare();
  const works = [
    { name: "step", record: () => workload.recordStep() },
    { name: "gradient", record: () => workload.recordGradient() },
    { name: "product", record: () => workload.recordProduct() },
  ];
  const { allowance } = context;
  // A ninth of the cases' time each, so that many rounds of the first ones do not take it from the last ones.
  const own = allowance.part(1 / 4);
  const rounds = await timeInterleaved(gpu, works, {
    repeats: REPEATS,
    progress: (text) => context.progress(`${name}: ${text}`),
    secondsEach: own.left / 6,
    isOver: () => own.isOver,
  });
  const [step, gradient, product] = works.map((work) => rounds.get(work.name)!);
  const { dispatches, bytes } = gpu.tally(() => workload.recordStep());
  const kernels = canProfile(gpu) ? await profileWork(gpu, () => workload.recordStep(), 3) : undefined;
  return {
    ...planned,
    step: summarise(step),
    gradient: summarise(gradient),
    product: summarise(product),
    productToGradient: pairedRatio(product, gradient),
    kernels: kernels?.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
    dispatches,
    bytes,
    flops: stepFlops(setupAt(width), batch),
    loss,
  };
}
