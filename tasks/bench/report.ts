import type { AdapterDescription } from "../../lib/gpu/adapter_description.ts";
import type { FirstStepFigures } from "./first_step.ts";
import type { BatchFigures, Breakdown, UpdateFigures } from "./measure.ts";
import type { Peak } from "./peak.ts";
import type { Comparison, PeerFigures } from "./peers.ts";
import type { Summary } from "../shell/statistics.ts";
import { figure, table, timeText } from "./table.ts";
import type { BenchSetup } from "./workload.ts";

/** The measurements of `deno task bench`, as `--json` writes them; times are milliseconds. */
export interface BenchFigures {
  readonly adapter: AdapterDescription;
  readonly versions: Readonly<Record<string, string>>;
  /** The kernels of matrix products: the choice that was asked for, and what the tuner chose for each kind of product. */
  readonly kernels: { readonly asked: string; readonly chosen: Readonly<Record<string, string>> };
  readonly field: BenchSetup & { readonly parameters: number };
  readonly peak: Peak;
  readonly updates?: UpdateFigures;
  readonly batches: readonly BatchFigures[];
  readonly firstStep?: FirstStepFigures;
}

/** Formats the measurements. */
export function report(figures: BenchFigures): string {
  const { field, peak, batches, firstStep, updates } = figures;
  const sections = [
    heading(figures),
    `Peak: ${figure(peak.gflops)} GFLOP/s (multiply-adds in registers), ${
      figure(peak.gigabytesPerSecond)
    } GB/s (copy). ` +
    `A dispatch takes ${figure(peak.dispatchMicroseconds)} µs, waiting for an idle device ` +
    `${timeText(peak.synchronisationMilliseconds)}.\n` +
    "GB/s count every buffer that is bound to a kernel once and completely. They exceed the peak if caches serve accesses, or if a " +
    "kernel uses only a part of a buffer.",
    table(
      ["batch", "step", "per sample", "steps/s", "gradient", "+ HVP", "ratio", "dispatches", "ESGD overhead"],
      batches.map((each) => [
        String(each.batch),
        withScatter(each.step),
        `${figure(each.step.median / each.batch * 1000)} µs`,
        figure(each.stepsPerSecond),
        withScatter(each.gradient),
        withScatter(each.product),
        `${figure(each.productToGradient)} ×`,
        each.profile === undefined ? "?" : String(each.profile.step.dispatches),
        each.esgdOverhead === undefined ? "?" : percent(each.esgdOverhead),
      ]),
    ),
  ];
  for (const { batch, profile } of batches) {
    if (profile === undefined) continue;
    sections.push(
      passReport(`Batch ${batch}, one ${field.optimizer} step`, profile.step, peak),
      passReport(`Batch ${batch}, gradient and Hessian-vector product`, profile.product, peak),
    );
  }
  if (batches.some(({ profile }) => profile === undefined)) {
    sections.push("This adapter has no timestamp queries, so there are no times of phases and kernels.");
  }
  if (updates !== undefined) {
    sections.push(
      `Time of an update alone: Adam ${timeText(updates.adam)}, ESGD ${timeText(updates.esgd)}, ` +
        `ESGD with the observation of a probe ${timeText(updates.esgdWithProbe)}.`,
    );
  }
  if (firstStep !== undefined) {
    sections.push(
      `Time from the start of the process to the end of the first step, batch ${batches[0].batch}: ` +
        `${timeText(firstStep.cold.median)} with empty caches, ${timeText(firstStep.warm.median)} with filled ones.`,
    );
  }
  return sections.join("\n\n");
}

/** The measurements of `deno task bench --peers`, as `--json` writes them. */
export interface PeerComparison extends Pick<BenchFigures, "adapter" | "versions" | "kernels" | "field"> {
  readonly peers: Comparison;
}

/** Formats the comparison with other libraries. */
export function peerReport(comparison: PeerComparison): string {
  const { batches, absent } = comparison.peers;
  const tables = batches.map(({ batch, libraries, matmul }) => {
    const [ours] = libraries;
    const difference = ({ loss = NaN }: PeerFigures) => Math.abs(loss / ours.loss! - 1).toExponential(0);
    const measured = libraries.filter(({ step }) => step !== undefined);
    const rows = measured.map((each) => [
      each.name,
      each.loss!.toPrecision(8),
      each === ours ? "" : difference(each),
      withScatter(each.step!),
      `${figure(each.stepRatio!)} ×`,
      each.product === undefined ? "" : withScatter(each.product),
      each.productRatio === undefined ? "" : `${figure(each.productRatio)} ×`,
    ]);
    const problems = libraries.filter(({ problem }) => problem !== undefined)
      .map(({ name, problem }) => `${name}: ${problem}.`);
    const headings = ["library", "first loss", "differs by", "step", "/ ours", "gradient + HVP", "/ ours"];
    const products = matmul === undefined ? [] : [
      `Matrix products: ours reach ${figure(matmul.ours)} GFLOP/s in a step, PyTorch's ${
        figure(matmul.blas)
      } at 2048³, ` +
      `which is ${figure(matmul.blas / matmul.ours)} times as much.`,
    ];
    return [`Batch ${batch}`, table(headings, rows, 1), ...products, ...problems].join("\n");
  });
  const missing = absent.map(({ name, problem }) => `${name} is left out: ${problem}.`);
  return [heading(comparison), ...tables, ...missing].join("\n\n");
}

/** The heading of a report: adapter, field and kernels. */
export function heading({ adapter, field, kernels }: Pick<BenchFigures, "adapter" | "field" | "kernels">): string {
  return `${adapter.name}${adapter.software ? ", software" : ""}\n` +
    `${field.layers} × ${field.width} ${field.activation}, ${field.parameters} parameters, kernels ${kernels.asked}\n` +
    `${choicesText(kernels.chosen)}\n` +
    "Times are medians over interleaved rounds, ± half of their range.";
}

/** A line for each kernel, with the kinds of products that it was chosen for. */
function choicesText(chosen: Readonly<Record<string, string>>): string {
  const products = Object.groupBy(Object.keys(chosen), (product) => chosen[product]);
  return Object.entries(products).map(([choice, names]) => `${choice}: ${names!.join(", ")}`).join("\n");
}

function passReport(title: string, pass: Breakdown, { dispatchMicroseconds }: Peak): string {
  const { milliseconds, dispatches, phases, kernels } = pass;
  const overhead = timeText(dispatches * dispatchMicroseconds / 1000);
  const shares = Object.entries(phases).map(([phase, time]) =>
    `${phase || "other"} ${timeText(time)} (${percent(time / milliseconds)})`
  );
  return `${title}: kernels take ${timeText(milliseconds)}, their ${dispatches} dispatches ${overhead}\n${
    shares.join(", ")
  }\n` + table(
    ["phase", "kernel", "dispatches", "time", "GFLOP/s", "GB/s", "of peak"],
    kernels.map((each) => [
      each.phase,
      each.kernel,
      String(each.dispatches),
      timeText(each.milliseconds),
      each.flops > 0 ? figure(each.gflops) : "",
      figure(each.gigabytesPerSecond),
      percent(each.shareOfPeak),
    ]),
    2,
  );
}

/** "12.3 ms ±4 %". */
export function withScatter({ median, min, max }: Summary): string {
  return `${timeText(median)} ±${percent((max - min) / 2 / median)}`;
}

/** "12 %". */
export function percent(share: number): string {
  return `${figure(share * 100, 2)} %`;
}
