import { segmentsOf } from "../../lib/field/description.ts";
import { Layout } from "../../lib/linalg/layout.ts";
import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import { writeWhole } from "../run/atomic.ts";
import { toJson } from "../run/json.ts";
import { batchSizes, checkComparison, chosenComparison, command, rankCounts } from "./command.ts";
import { measureFirstStep } from "./first_step.ts";
import { measureBatches, measureUpdates } from "./measure.ts";
import { type OptimizerFigures, optimizerReport } from "./optimizer_report.ts";
import { compareOptimizers } from "./optimizers.ts";
import { measurePeak } from "./peak.ts";
import { comparePeers } from "./peers.ts";
import { type BenchFigures, type PeerComparison, peerReport, report } from "./report.ts";
import { measureRanks } from "./ranks.ts";
import { type RanksFigures, ranksReport } from "./ranks_report.ts";
import { measureScaling } from "./scaling.ts";
import { type ScalingFigures, scalingReport } from "./scaling_report.ts";
import { fieldOf } from "./workload.ts";
import { parseOptions } from "../shell/options.ts";
import { ProgressLine } from "../shell/progress.ts";
import { writablePath } from "../shell/writable_path.ts";
import { deviceChoice } from "../shell/device_options.ts";

/**
 * Does what `deno task bench` does.
 *
 * @param args The command line.
 * @param signal Stops measuring before the next part.
 */
export async function runBench(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { values, given } = parseOptions(args, command);
  const batches = batchSizes(values);
  checkComparison(values, given);
  const jsonFile = values.json === undefined ? undefined : await writablePath("--json", values.json);
  const { activation, width, layers, optimizer, kernels, repeats } = values;
  const setup = { activation, width, layers, optimizer };
  using progress = new ProgressLine();
  const context = {
    repeats,
    progress(text: string) {
      signal.throwIfAborted();
      progress.update(text);
    },
  };
  const comparison = chosenComparison(values);
  const { firstStep } = comparison !== undefined || !values.firstStep ? {} : await timeFirstStep();
  using gpu = await openDevice({ ...deviceChoice(values), kernels });
  const common = {
    adapter: gpu.adapter,
    versions: { ...Deno.version },
    field: { ...setup, parameters: new Layout(segmentsOf(fieldOf(setup))).parameterCount },
  };
  const compare = {
    peers: compareLibraries,
    optimizers: compareUpdates,
    scaling: compareSizes,
    ranks: compareRanks,
  };
  const result = await (comparison === undefined ? measure() : compare[comparison]());
  progress.finish();
  console.log(result.text);
  if (jsonFile !== undefined) await writeWhole(jsonFile, toJson(result.figures, 2) + "\n");

  async function timeFirstStep() {
    context.progress("timing the first step of a process");
    return { firstStep: await measureFirstStep(values, batches[0]) };
  }

  async function measure() {
    context.progress("measuring the adapter's peak");
    const peak = await measurePeak(gpu, repeats);
    const updates = await measureUpdates(gpu, setup, repeats);
    const measured = await measureBatches(gpu, setup, batches, { ...context, peak, updates });
    const chosen = { asked: kernels, chosen: gpu.tuner.choices };
    const figures: BenchFigures = { ...common, kernels: chosen, peak, updates, batches: measured, firstStep };
    return { figures, text: report(figures) };
  }

  async function compareUpdates() {
    context.progress("measuring the adapter's peak");
    const peak = await measurePeak(gpu, repeats);
    const optimizers = await compareOptimizers(gpu, setup, batches, context);
    const figures: OptimizerFigures = {
      ...common,
      kernels: { asked: kernels, chosen: gpu.tuner.choices },
      peak,
      optimizers,
    };
    return { figures, text: optimizerReport(figures) };
  }

  async function compareSizes() {
    const scaling = await measureScaling(gpu, setup, batches, context);
    const figures: ScalingFigures = { ...common, kernels: { asked: kernels, chosen: gpu.tuner.choices }, scaling };
    return { figures, text: scalingReport(figures) };
  }

  async function compareRanks() {
    const [bandwidth, latency] = values.network;
    const optimizers = given.has("optimizer") ? [optimizer] : ["adam", "esgd", "soap"];
    const plan = { optimizers, batches, ranks: rankCounts(values), network: { bandwidth, latency } };
    const cases = await measureRanks(gpu, setup, plan, context);
    const chosen = { asked: kernels, chosen: gpu.tuner.choices };
    const figures: RanksFigures = { ...common, kernels: chosen, network: plan.network, cases };
    return { figures, text: ranksReport(figures) };
  }

  async function compareLibraries() {
    const peers = await comparePeers(gpu, setup, batches, context);
    const figures: PeerComparison = { ...common, kernels: { asked: kernels, chosen: gpu.tuner.choices }, peers };
    return { figures, text: peerReport(figures) };
  }
}
