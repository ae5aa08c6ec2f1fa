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
}

/** The advice in words, and the numbers that speak for it. */
export function adviceText({ weighing, minutes, doubts, numbers, quality, command }: Advice): string {
  const { weighed, seconds } = weighing;
  const time = formatDuration(seconds);
  const [best] = weighed;
  return [
    `${command} ${optionsOf(best)} ${
      minutes === undefined ? `--epochs ${Math.max(1, Math.round(best.epochs))}` : `--minutes ${minutes}`
    }`,
    "",
    ...best.quality === undefined ? [] : [
      `Of the optimizers that were compared for this kind of network, ${best.optimizer.name} can be expected to be the best after ` +
      `${time} of training on this device${
        minutes === undefined ? ", which is what Adam takes for the epochs of the run" : ""
      }: ${leadText(weighing)}.`,
    ],
    ...doubts.length === 0 ? ["This is sure: it holds on every input that was compared."] : [
      best.quality === undefined ? doubts[0] : `This is not sure. ${doubts.join(" ")}`,
      `To decide it by trainings: ${compareText(command, weighed)}`,
    ],
    "",
    ...costTable(weighed, quality),
    "",
    ...numbersText(numbers),
  ].join("\n");
}

/** How far the best is ahead: "2.4 to 5.1 dB ahead of adam". */
function leadText({ weighed: [, second], leads }: Weighing): string {
  const [least, most] = [Math.min(...leads), Math.max(...leads)].map((lead) => lead.toFixed(1));
  const range = least === most ? least : `${least} to ${most}`;
  return `its error was ${range} dB below that of ${second.optimizer.name} on the inputs of the comparison`;
}

/** The options that choose a candidate: "--optimizer soap --learning-rate 0.006 --schedule cosine --update-every 10". */
export function optionsOf({ optimizer, schedule }: Pick<Weighed, "optimizer" | "schedule">): string {
  const { name, learningRate } = optimizer;
  const own = intervals(optimizer).map(([option, value]) => ` --${option} ${value}`).join("");
  return `--optimizer ${name} --learning-rate ${learningRate} --schedule ${schedule}${own}`;
}

/** The options of an optimizer that decide about its cost. */
function intervals({ options }: OptimizerSpec): [option: string, value: unknown][] {
  const known = [["updateEvery", "update-every"], ["probes", "probes"], ["initialProbes", "initial-probes"]] as const;
  return known.filter(([name]) => options[name] !== undefined).map(([name, option]) => [option, options[name]]);
}

function compareText(command: string, weighed: Weighing["weighed"]): string {
  const [, , task, ...rest] = command.split(" ");
  const input = rest.length === 0 || rest[0].startsWith("--") ? "" : ` --input ${rest[0]}`;
  return `deno task compare --task ${task}${input} --optimizers ${weighed.map(({ optimizer }) => optimizer.name)}`;
}

function costTable(weighed: Weighing["weighed"], { name, digits, unit = "" }: Quality): string[] {
  const rows = weighed.map(({ optimizer, schedule, stepSeconds, extraSeconds, steps, quality }) => [
    optimizer.name,
    `${optimizer.learningRate}`,
    schedule,
    (1000 * stepSeconds).toFixed(1),
    extraSeconds.toFixed(1),
    `${steps}`,
    quality === undefined ? "unknown" : `${quality.toFixed(digits)}${unit}`,
  ]);
  const heads = ["optimizer", "rate", "schedule", "ms per step", "extra s", "steps", `${name} elsewhere`];
  return [
    ...alignedRows([heads, ...rows], 3),
    "",
    `The costs are measured on this device. "extra s" is what a first step, products and refreshes add to 1000 steps. "${name} elsewhere" is ` +
    "what so many steps reached, by the runs of docs/advise.md, as a mean over their inputs; yours will differ, the order should not.",
  ];
}

function numbersText(numbers: CurvatureNumbers): string[] {
  const { smallEntries, noiseScale, spread, equilibratedSpread, jacobiSpread, gaussNewtonSpread } = numbers;
  const texts: (string | undefined)[] = [
    smallEntries === undefined
      ? undefined
      : `${(100 * smallEntries).toFixed(1)} % of the entries of Hv are below 1/100 of their rms.`,
    noiseScale === undefined ? undefined : noiseText(noiseScale),
    spread === undefined
      ? undefined
      : `The largest |eigenvalue| of the Hessian is ${spread.toFixed(0)} times the rms of all, ` +
        `${equilibratedSpread?.toFixed(0)} times under the equilibrated preconditioner, ${
          jacobiSpread?.toFixed(0)
        } times under Jacobi's` +
        (gaussNewtonSpread === undefined
          ? "."
          : `, and ${gaussNewtonSpread.toFixed(0)} times under the Gauss-Newton diagonal.`),
  ];
  const measured = texts.filter((text) => text !== undefined);
  const missing = texts.length - measured.length + (spread !== undefined && gaussNewtonSpread === undefined ? 1 : 0);
  return [
    ...measured.length > 0 ? [`Before the first step: ${measured.join(" ")}`] : [],
    ...missing > 0 ? ["Not all numbers of curvature were measured, because the time was over (--seconds)."] : [],
  ];
}

function noiseText(noiseScale: number): string {
  return Number.isFinite(noiseScale)
    ? `The gradient's noise scale is ${noiseScale.toPrecision(2)} samples.`
    : "The gradient is smaller than its noise, so that its noise scale is unknown.";
}
