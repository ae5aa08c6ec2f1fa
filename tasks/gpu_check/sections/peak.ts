import type { Gpu } from "../../../lib/gpu/device.ts";
import { canCompute, FAMILIES, type GemmProduct, type ProductFamily } from "../../../lib/linalg/gemm/family.ts";
import { flopsOf } from "../../../lib/linalg/gemm/shape.ts";
import { TrialProduct } from "../../../lib/linalg/gemm/trial_product.ts";
import { SLOW_TO_COMPILE } from "../../../lib/linalg/gemm/tune.ts";
import { measurePeak } from "../../bench/peak.ts";
import { figure } from "../../bench/table.ts";
import { timeOnce } from "../../bench/timing.ts";
import type { PeakFigures } from "../peak_figures.ts";
import { type Context, openFor, REPEATS, type Section } from "../section.ts";

/** A product that fills every adapter: 4.3 GFLOP. */
const LARGE = { rows: 2048, outputs: 1024, inputs: 1024 };
/** One that fills a large GPU: 69 GFLOP. */
const LARGER = { rows: 8192, outputs: 2048, inputs: 2048 };
/** Milliseconds of the first product from which the second is not needed. */
const ENOUGH = 4;

/** The adapter's peaks: arithmetic in registers, copying, and our fastest product kernel. */
export const peakSection: Section<PeakFigures> = {
  key: "peak",
  title: "Peak",
  share: 6,
  async measure(context) {
    using gpu = await openFor(context);
    context.progress("arithmetic, copying and launches");
    const peak = await measurePeak(gpu, context.allowance.left < 2 ? 1 : REPEATS);
    const product = await largeProduct(gpu, context, LARGE);
    const { gflops = 0 } = product ?? {};
    const fast = gflops > 2 * LARGE.rows * LARGE.outputs * LARGE.inputs / ENOUGH / 1e6;
    return { ...peak, product: fast ? await largeProduct(gpu, context, LARGER) ?? product : product };
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

async function largeProduct(gpu: Gpu, context: Context, shape: typeof LARGE): Promise<PeakFigures["product"]> {
  const product: GemmProduct = { kind: "forward", shape };
  using trial = new TrialProduct(gpu, product);
  const families: Record<string, number> = {};
  for (const family of FAMILIES) {
    if (SLOW_TO_COMPILE.includes(family) || !canCompute(gpu, family, product)) continue;
    const name = `${family} at ${shape.rows} × ${shape.outputs} × ${shape.inputs}`;
    context.progress(name);
    if (context.allowance.isOver) {
      context.leaveOut(name);
      continue;
    }
    trial.record(family);
    let best = await timeOnce(gpu, () => trial.record(family));
    for (let i = 0; i < REPEATS && !context.allowance.isOver; i++) {
      best = Math.min(best, await timeOnce(gpu, () => trial.record(family)));
    }
    families[family] = flopsOf(shape, 1) / best / 1e6;
  }
  const [first, ...rest] = Object.keys(families) as ProductFamily[];
  if (first === undefined) return undefined;
  const family = rest.reduce((best, each) => families[each] > families[best] ? each : best, first);
  return { family, shape, gflops: families[family], families };
}
