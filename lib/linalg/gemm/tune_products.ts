import type { Gpu } from "../../gpu/device.ts";
import { timeWork } from "../../gpu/time_work.ts";
import { TuningBudget } from "../../gpu/tuning_budget.ts";
import type { Measurement, TuneOptions } from "./measurement.ts";
import { squareLayout, viewOf } from "../matrix_view.ts";
import { BATCH_SUBJECT, type BatchFamily, FAMILIES } from "./product_family.ts";
import { Products } from "./products.ts";

/** What stands for the matrices of optimizers. */
const USUAL = { size: 256, count: 4 };

/**
 * Finds the fastest kernels for batches of matrix products on this adapter, as `tuneKernels` does for a field's. Does nothing where
 * that is known, or if `openDevice` was told.
 *
 * @returns What was measured.
 */
export async function tuneProducts(gpu: Gpu, options: TuneOptions = {}): Promise<Measurement[]> {
  const { again = false } = options;
  if (gpu.kernels !== "auto" || gpu.choice(BATCH_SUBJECT) !== undefined && !again) return [];
  using budget = new TuningBudget(gpu, options.budget);
  const layout = squareLayout(Array.from({ length: USUAL.count }, (_, i) => ({ name: `${i}`, size: USUAL.size })));
  const views = layout.map(viewOf);
  using a = gpu.buffer("tuning a", layout.deviceLength * 4);
  using b = gpu.buffer("tuning b", layout.deviceLength * 4);
  using c = gpu.buffer("tuning c", layout.deviceLength * 4);
  using products = new Products(gpu, views.map((view) => ({ a: view, b: view, c: view })));
  const works: Record<string, () => void> = {};
  for (const family of Object.keys(FAMILIES) as BatchFamily[]) {
    if (family === "register" || !budget.spent) {
      works[family] = () => products.record({ a, b, c }, 1, 0, family);
      works[family]();
      await gpu.synchronize();
    }
  }
  const milliseconds = await timeWork(gpu, works, again ? 11 : 5);
  const [best] = (Object.keys(milliseconds) as BatchFamily[]).sort((x, y) => milliseconds[x] - milliseconds[y]);
  gpu.choose(BATCH_SUBJECT, best);
  return [{ subject: BATCH_SUBJECT, milliseconds, choice: best }];
}
