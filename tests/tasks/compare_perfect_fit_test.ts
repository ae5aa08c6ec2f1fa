import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import { findings } from "../../tasks/compare/findings.ts";
import { choose } from "../../tasks/compare/halving.ts";
import { makeFinalRun, makeTrial } from "../../tasks/compare/make_run.ts";
import type { ComparisonRecord, RunRecord, Settings } from "../../tasks/compare/record.ts";
import { resultTable } from "../../tasks/compare/report/tables.ts";
import { resultRows } from "../../tasks/compare/results_table.ts";
import { runValues } from "../../tasks/compare/run_values.ts";
import { spreadOf } from "../../tasks/compare/spread.ts";
import { type FinalRun, summarise } from "../../tasks/compare/summary.ts";
import { ImageInput } from "../../tasks/image/image_input.ts";
import { imageTask } from "../../tasks/image/task.ts";
import { convergencePanels } from "../../tasks/run/convergence_panels.ts";
import { placeOf, readCurve, valueAt } from "../../tasks/run/curve.ts";
import { fromJson, toJson } from "../../tasks/run/json.ts";
import { ProgressLine } from "../../tasks/shell/progress.ts";
import type { TrainingTask } from "../../tasks/training/task.ts";
import { smoothPng } from "../support/image_task.ts";
import { inFolder } from "../support/temporary_folder.ts";

const task = imageTask as unknown as TrainingTask;
const settings: Settings = {
  task: "image",
  inputs: [{ name: "picture.png" }],
  activations: ["sine"],
  optimizers: ["adam", "esgd", "soap"],
  seeds: 1,
  tune: false,
  length: {},
  options: { width: 8, layers: 1, size: 0 },
};
const quality = { figure: "psnr", name: "PSNR", label: "PSNR (dB)", digits: 2, unit: " dB" };

/** A run of two measurements, of which the second is the last. */
function finalRun(optimizer: string, psnr: number, divergedAt?: number): FinalRun {
  const point = (step: number, value: number) => ({ step, epoch: step, seconds: step, value });
  return {
    ...{ id: `sine-${optimizer}-s0`, phase: "final", activation: "sine", optimizer, input: 0, seed: 0, hvps: 0 },
    ...{ learningRate: 0.1, schedule: "constant", steps: 2, stepsPerEpoch: 1, seconds: 2, path: "" },
    divergedAt,
    figures: divergedAt === undefined ? { psnr } : {},
    curve: [point(1, 20), point(2, psnr)],
  } as FinalRun;
}

Deno.test("a run with a PSNR of +∞ has not diverged, and its curve has the value", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
    using gpu = await openDevice({ allowSoftware: true, kernels: "register" });
    using progress = new ProgressLine({ stream: { inPlace: () => false, columns: () => 80, write() {} } });
    const here = { ...settings, inputs: [{ name: "p", path: join(folder, "picture.png") }] };
    const scope = { task, settings: here, adapter: gpu.adapter };
    const pair = { activation: "sine", optimizer: "adam" };
    const values = runValues(scope, pair, { input: here.inputs[0], seed: 0 });
    const signal = new AbortController().signal;
    const request = { gpu, task, values, steps: () => 2, progress, prefix: "", signal };
    const { measure } = ImageInput.prototype;
    ImageInput.prototype.measure = async function (field, signal) {
      await measure.call(this, field, signal);
      return { loss: 0, psnr: Infinity };
    };
    try {
      for (const made of [await makeFinalRun(request, join(folder, "run"), 1), await makeTrial(request)]) {
        assertEquals([made!.divergedAt, made!.figures.psnr], [undefined, Infinity]);
      }
    } finally {
      ImageInput.prototype.measure = measure;
    }
    assertEquals((await readCurve(join(folder, "run"), "psnr")).at(-1)!.value, Infinity);
  }));

Deno.test("a perfect fit is the best in findings, tables, rows and plots, and infinitely far above the others", () => {
  const finals = [finalRun("adam", 30), finalRun("esgd", Infinity), finalRun("soap", 0, 2)];
  const pace = { curvatureShare: 0 };
  const paces = Object.fromEntries(settings.optimizers.map((optimizer) => [`sine-${optimizer}`, pace]));
  const all = new Proxy(paces, { get: () => pace });
  const record = { settings, quality, paces: all, adapter: { software: true } } as unknown as ComparisonRecord;
  const summary = summarise(record, "sine", finals, () => ({}))!;
  const [found] = findings([summary], quality);
  assertStringIncludes(found, "sine: esgd is best at equal time (∞ dB after 2.00 s), ∞ dB above adam.");
  assertStringIncludes(found, "soap diverged.");
  const { rows, best } = resultTable(summary, record);
  assertEquals([best, rows.map(([name]) => name)], [0, ["esgd", "adam", "soap"]]);
  assertEquals(rows.map((row) => row[6]), ["∞", "30.00", "–"]);
  const stored = fromJson(toJson(finals)) as RunRecord[];
  assertEquals(stored[1].figures.psnr, Infinity);
  const cells = resultRows(task, record, finals, finals, [summary]);
  assertEquals(cells.map((row) => [row.psnr, row["qualityAt100%"]]), [[30, 30], [Infinity, Infinity], [
    undefined,
    undefined,
  ]]);
  const drawn = convergencePanels(finals.slice(0, 2).map((run) => ({ name: run.optimizer, runs: [run] })), "PSNR");
  assertEquals(drawn[1].series.map(({ y }) => [y[0], y[y.length - 1]]), [[20, 30], [20, Infinity]]);

  const both = findings([summarise(record, "sine", [finalRun("adam", Infinity), finals[1]], () => ({}))!], quality);
  assertStringIncludes(both[0], "as good as ");
});

Deno.test("curves, medians and the search take +∞ as the largest number", () => {
  const { curve } = finalRun("adam", Infinity);
  assertEquals([1, 1.5, 2, 3].map((place) => valueAt(curve, "step", place)), [20, 20, Infinity, Infinity]);
  assertEquals([20, 25, Infinity].map((target) => placeOf(curve, "step", target)), [1, 2, 2]);
  assertEquals(spreadOf([[Infinity, 20, 30]]).centre, 30);
  assertEquals(spreadOf([[Infinity], [20]]).centre, Infinity);
  assertEquals(spreadOf([[Infinity], [-Infinity]]).centre, -Infinity);
  const trial = { rung: 2, schedule: "constant" } as const;
  const results = [[-2, 30], [0, Infinity], [2, NaN]].map(([exponent, score]) => ({ ...trial, exponent, score }));
  assertEquals(choose(results).exponent, 0);
});
