import type { OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { alignedRows } from "../shell/aligned_rows.ts";
import { formatDuration } from "../shell/progress.ts";
import type { Weighed, Weighing } from "../training/advice/weigh.ts";
import type { Quality } from "../training/training_input.ts";
import type { CurvatureNumbers } from "./numbers.ts";

/** What is advised, and what speaks for it. */
export interface Advice {
  readonly weighing: Weighing;
  /** The minutes that were asked for; by default the time is that of the run's epochs with Adam. */
  readonly minutes?: number;
  /** Reasons to doubt the advice. */
  readonly doubts: readonly string[];
  readonly numbers: CurvatureNumbers;
  readonly quality: Quality;
  /** The command without the optimizer's options and without a length. */
  readonly command: string;
  /** The command that compares the candidates by trainings. */
  readonly compare: string;
}

/** The advice in words, and the numbers that speak for it. */
export function adviceText(advice: Advice): string {
  const { weighing, minutes, doubts, numbers, quality, compare } = advice;
  const { weighed, seconds } = weighing;
  const [best] = weighed;
  const isKnown = best.reached.size > 0;
  const time = minutes === undefined
    ? `${formatDuration(seconds)} of training on this device, which is what Adam takes for the epochs of the run`
    : `${formatDuration(seconds)} of training on this device`;
  return [
    commandOf(advice),
    "",
    ...isKnown ? [`${best.optimizer.name} ${expectation(weighing, time)}.`] : [doubts[0]],
    ...doubts.length === 0
      ? [`Nothing speaks against it: this holds on each of the ${weighing.leads.length} inputs that were compared.`]
      : [...isKnown ? [`This is not sure. ${doubts.join(" ")}`] : [], `To decide it by trainings: ${compare}`],
    "",
    ...costTable(weighed, quality),
    "",
    ...numbersText(numbers),
  ].join("\n");
}

/** The command of a run that follows the advice. */
export function commandOf({ weighing: { weighed: [best] }, minutes, command }: Advice): string {
  const length = minutes === undefined ? `--epochs ${Math.max(1, Math.round(best.epochs))}` : `--minutes ${minutes}`;
  return `${command} ${optionsOf(best)} ${length}`;
}

/** What the known runs say about the best. */
function expectation(weighing: Weighing, time: string): string {
  return weighing.leads.length > 0
    ? `can be expected to be the best after ${time}: ${leadText(weighing)}`
    : `was ahead in the compared runs that are nearest in steps; what it reaches here is not forecast, after ${time}`;
}

/** How far the best is ahead: "by the forecast its error is 2.4 to 5.1 dB below that of adam on the inputs of the comparison". */
function leadText({ weighed: [, second], leads }: Weighing): string {
  const [least, most] = [Math.min(...leads), Math.max(...leads)].map((lead) => lead.toFixed(1));
  const range = least === most ? least : `${least} to ${most}`;
  return `by the forecast its error is ${range} dB below that of ${second.optimizer.name} on the inputs of the comparison`;
}

/** The options that choose a candidate: "--optimizer soap --learning-rate 0.006 --schedule cosine --update-every 10". */
function optionsOf({ optimizer, schedule }: Pick<Weighed, "optimizer" | "schedule">): string {
  const { name, learningRate } = optimizer;
  const own = intervals(optimizer).map(([option, value]) => ` --${option} ${value}`).join("");
  return `--optimizer ${name} --learning-rate ${learningRate} --schedule ${schedule}${own}`;
}

/** The options of an optimizer that decide about its cost. */
function intervals({ options }: OptimizerSpec): [option: string, value: unknown][] {
  const known = [["updateEvery", "update-every"], ["probes", "probes"], ["initialProbes", "initial-probes"]] as const;
  return known.filter(([name]) => options[name] !== undefined).map(([name, option]) => [option, options[name]]);
}

function costTable(weighed: Weighing["weighed"], { name, digits, unit = "" }: Quality): string[] {
  const rows = weighed.map(({ optimizer, schedule, stepSeconds, extraSeconds, steps, quality }) => [
    optimizer.name,
    `${optimizer.learningRate}`,
    schedule,
    (1000 * stepSeconds).toFixed(1),
    extraSeconds.toFixed(1),
    `${steps}`,
    quality === undefined ? "no forecast" : `${quality.toFixed(digits)}${unit}`,
  ]);
  const isKnown = weighed[0].reached.size > 0;
  const isForecast = weighed.some(({ quality }) => quality !== undefined);
  const heads = ["optimizer", "rate", "schedule", "ms per step", "extra s", "steps", `${name} forecast`];
  const count = isKnown ? heads.length : heads.length - 1;
  return [
    ...alignedRows([heads, ...rows].map((row) => row.slice(0, count)), 3),
    "",
    'The costs are measured on this device; "extra s" is what a first step, products and refreshes add to 1000 steps, and "steps" are those that ' +
    "fit into the time." +
    (isForecast
      ? ` The ${name} is forecast from the runs of docs/advise.md, as a mean over their inputs; yours will differ, the order should not.`
      : ""),
  ];
}

function numbersText(numbers: CurvatureNumbers): string[] {
  const { smallEntries, noiseScale, spread, equilibratedSpread, jacobiSpread, gaussNewtonSpread } = numbers;
  const times = (value: number) => `${value.toFixed(0)} times`;
  const texts: [what: string, text: string | undefined][] = [
    [
      "the density of Hv",
      smallEntries === undefined
        ? undefined
        : `${(100 * smallEntries).toFixed(1)} % of the entries of Hv are below 1/100 of their rms.`,
    ],
    ["the noise of gradients", noiseScale === undefined ? undefined : noiseText(noiseScale)],
    [
      "the conditioning of the Hessian",
      spread === undefined
        ? undefined
        : `The largest |eigenvalue| of the Hessian is ${times(spread)} the rms of all, ` +
          `${times(equilibratedSpread!)} under the equilibrated preconditioner, and ${
            times(jacobiSpread!)
          } under Jacobi's.`,
    ],
    [
      "that under the Gauss-Newton diagonal",
      gaussNewtonSpread === undefined
        ? undefined
        : `It is ${times(gaussNewtonSpread)} under the Gauss-Newton diagonal.`,
    ],
  ];
  const measured = texts.flatMap(([, text]) => text ?? []);
  const missing = texts.filter(([, text]) => text === undefined).map(([what]) => what);
  return [
    ...measured.length > 0 ? [`Before the first step: ${measured.join(" ")}`] : [],
    ...missing.length > 0 ? [`Not measured, for want of time (--seconds) or samples: ${missing.join(", ")}.`] : [],
  ];
}

function noiseText(noiseScale: number): string {
  return Number.isFinite(noiseScale)
    ? `The gradient's noise scale is ${noiseScale.toPrecision(2)} samples.`
    : "The gradient is smaller than its noise, so that its noise scale is unknown.";
}
