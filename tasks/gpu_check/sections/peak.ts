import type { Gpu } from "../../../lib/gpu/device.ts";
import { canCompute, FAMILIES, type GemmProduct, type ProductFamily } from "../../../lib/linalg/gemm/family.ts";
import { flopsOf, type MatmulShape } from "../../../lib/linalg/gemm/shape.ts";
import { TrialProduct } from "../../../lib/linalg/gemm/trial_product.ts";
import { SLOW_TO_COMPILE } from "../../../lib/linalg/gemm/tune.ts";
import { measurePeak } from "../../bench/peak.ts";
import { figure } from "../../bench/table.ts";
import { timeOnce } from "../../bench/timing.ts";
import type { PeakFigures } from "../peak_figures.ts";
import { type Context, openFor, REPEATS, type Section } from "../section.ts";

/** A product's sizes, by what multiply-adds reach in GFLOP/s: enough of them for an adapter, and not too many for a slow one. */
const SIZES = [
  { from: 0, rows: 512, outputs: 1024, inputs: 1024 },
  { from: 1000, rows: 2048, outputs: 1024, inputs: 1024 },
  { from: 8000, rows: 8192, outputs: 2048, inputs: 2048 },
];
/** Families that take longer than so many times the fastest are timed once. */
const HOPELESS = 2;

/** The adapter's peaks: arithmetic in registers, copying, and our fastest product kernel. */
export const peakSection: Section<PeakFigures> = {
  key: "peak",
  title: "Peak",
  share: 6,
  async measure(context) {
    using gpu = await openFor(context);
    context.progress("arithmetic, copying and launches");
    const peak = await measurePeak(gpu, context.allowance.left < 2 ? 1 : REPEATS);
    const { rows, outputs, inputs } = SIZES.findLast(({ from }) => peak.gflops >= from)!;
    return { ...peak, product: await largeProduct(gpu, context, { rows, outputs, inputs }) };
  },
  describe({ gflops, gigabytesPerSecond, product }) {
    const arithmetic = `${figure(gflops)} GFLOP/s of multiply-adds in registers, ${
      figure(gigabytesPerSecond)
    } GB/s of copying`;
    if (product === undefined) return { paragraphs: [`${arithmetic}.`] };
    const { family, shape: { rows, outputs, inputs } } = product;
    const best = `${figure(product.gflops)} GFLOP/s by ${family}`;
    return {
      findings: [`Peak: ${arithmetic}; our fastest product kernel reaches ${best}.`],
      paragraphs: [`Products of ${rows} rows with ${outputs} × ${inputs}, in GFLOP/s:`],
      tables: [{
        columns: ["kernels", "GFLOP/s", "of the multiply-adds"],
        numbersFrom: 1,
        rows: Object.entries(product.families).map(([name, speed]) => [
          name,
          figure(speed),
          `${figure(speed / gflops * 100, 2)} %`,
        ]),
      }],
    };
  },
};

/** The speed of each family at a product, each the best of a few runs. */
async function largeProduct(gpu: Gpu, context: Context, shape: MatmulShape): Promise<PeakFigures["product"]> {
  const { rows, outputs, inputs } = shape;
  const product: GemmProduct = { kind: "forward", shape };
  using trial = new TrialProduct(gpu, product);
  const times: Partial<Record<ProductFamily, number>> = {};
  const fastest = () => Math.min(...Object.values(times));
  for (const family of FAMILIES) {
    if (SLOW_TO_COMPILE.includes(family) || !canCompute(gpu, family, product)) continue;
    const name = `${family} at ${rows} × ${outputs} × ${inputs}`;
    context.progress(name);
    if (context.allowance.isOver) {
      context.leaveOut(name);
      continue;
    }
    const once = () => timeOnce(gpu, () => trial.record(family));
    // Compiles it.
    await once();
    times[family] = await once();
    for (let i = 1; i < REPEATS && !context.allowance.isOver && times[family] <= HOPELESS * fastest(); i++) {
      times[family] = Math.min(times[family], await once());
    }
  }
  const speeds = Object.entries(times).map(([family, time]) => [family, flopsOf(shape, 1) / time / 1e6] as const);
  if (speeds.length === 0) return undefined;
  const [family, gflops] = speeds.reduce((best, each) => each[1] > best[1] ? each : best);
  return { family: family as ProductFamily, shape, gflops, families: Object.fromEntries(speeds) };
}
