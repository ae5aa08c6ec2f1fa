/**
 * `deno task bench`: how fast training is on this adapter, and where the time goes.
 *
 * @module
 */
import { createField } from "../lib/field/field.ts";
import { openDevice } from "../lib/gpu/device.ts";
import { writeWhole } from "../lib/output/atomic.ts";
import { toJson } from "../lib/output/json.ts";
import { batchSizes, command } from "./bench/command.ts";
import { measureFirstStep } from "./bench/first_step.ts";
import { measureBatches, measureUpdates } from "./bench/measure.ts";
import { measurePeak } from "./bench/peak.ts";
import { type BenchFigures, report } from "./bench/report.ts";
import { fieldOf } from "./bench/workload.ts";
import { callerPath } from "./shell/caller_path.ts";
import { runTask } from "./shell/main.ts";
import { parseOptions } from "./shell/options.ts";
import { ProgressLine } from "./shell/progress.ts";

if (import.meta.main) {
  await runTask(async (args) => {
    const { values } = parseOptions(args, command);
    const batches = batchSizes(values);
    const { activation, width, layers, optimizer, kernels, repeats } = values;
    const subject = { activation, width, layers, optimizer };
    using progress = new ProgressLine();
    const firstStep = values.firstStep ? await timed() : undefined;
    using gpu = await openDevice({ allowSoftware: values.software ? true : undefined, kernels });
    using field = createField(gpu, fieldOf(subject));
    progress.update("measuring the adapter's peak");
    const peak = await measurePeak(gpu, repeats);
    const updates = await measureUpdates(gpu, subject, repeats);
    const context = { peak, updates, repeats, progress: (text: string) => progress.update(text) };
    const figures: BenchFigures = {
      adapter: gpu.adapter,
      versions: { ...Deno.version },
      field: { ...subject, parameters: field.parameterCount },
      peak,
      updates,
      batches: await measureBatches(gpu, subject, batches, context),
      kernels: { asked: kernels, chosen: gpu.choices },
      firstStep,
    };
    progress.finish();
    console.log(report(figures));
    if (values.json !== undefined) await writeWhole(callerPath(values.json), toJson(figures, 2) + "\n");

    function timed() {
      progress.update("timing the first step of a process");
      return measureFirstStep(values, batches[0]);
    }
  });
}
