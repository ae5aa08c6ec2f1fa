import { mean } from "../../shell/statistics.ts";
import type { KnownRun } from "./known_runs.ts";

/** A figure as decibels of the error that is left, in which progress over the logarithm of the steps is nearly a straight line. */
interface Scale {
  readonly decibels: (quality: number) => number;
  readonly quality: (decibels: number) => number;
}

const PSNR: Scale = { decibels: (quality) => quality, quality: (decibels) => decibels };
const OVERLAP: Scale = {
  decibels: (quality) => -10 * Math.log10(1 - quality),
  quality: (decibels) => 1 - 10 ** (-decibels / 10),
};

/** The scale of a figure: PSNR is in decibels already, and the error of an IoU is its distance from 1. */
export function scaleOf(figure: string): Scale {
  return figure.startsWith("iou") ? OVERLAP : PSNR;
}

/** A forecast for more than so many times the steps of the longest known run, or less than this part of the shortest, would be a guess. */
const FARTHEST = 1.5;

/** The numbers of steps of the shortest and the longest run, of at least one. */
export function knownSteps(runs: readonly KnownRun[]): readonly [least: number, most: number] {
  const steps = runs.map((run) => run.steps);
  return [Math.min(...steps), Math.max(...steps)];
}

/** Whether so many steps are near enough to those of known runs for a forecast. Where there are no runs, they are not. */
export function isForeseeable(runs: readonly KnownRun[], steps: number): boolean {
  const [least, most] = knownSteps(runs);
  return steps >= least / FARTHEST && steps <= FARTHEST * most;
}

/**
 * What runs on each input would have reached, in decibels, if they had been made with so many steps. On inputs with runs of different
 * lengths, quality is a straight line over the logarithm of the steps, and the mean slope of these lines is taken for all inputs. Where
 * {@linkcode isForeseeable} says no, it is what was reached in the nearest number of steps of a known run, which serves to rank only.
 *
 * @returns The mean over the seeds, by the input.
 */
export function forecast(runs: readonly KnownRun[], steps: number, { decibels }: Scale): Map<string, number> {
  const inputs = [...Map.groupBy(runs, ({ input }) => input)];
  const points = new Map(inputs.map(([input, own]) => [input, lengths(own, decibels)]));
  const slopes = [...points.values()].filter(({ length }) => length > 1).map((own) => slope(own[0], own.at(-1)!));
  const [least, most] = knownSteps(runs);
  const near = isForeseeable(runs, steps) ? steps : Math.min(most, Math.max(least, steps));
  const perDoubling = slopes.length > 0 ? mean(slopes) : 0;
  return new Map([...points].map(([input, own]) => {
    const { log, reached } = own.at(-1)!;
    return [input, reached + perDoubling * (Math.log2(near) - log)];
  }));
}

interface Point {
  /** The logarithm of the number of steps to base 2. */
  readonly log: number;
  /** The mean over the seeds, in decibels. */
  readonly reached: number;
}

/** What was reached in each number of steps on one input, the fewest first. */
function lengths(runs: readonly KnownRun[], decibels: Scale["decibels"]): Point[] {
  return [...Map.groupBy(runs, ({ steps }) => steps)]
    .sort(([a], [b]) => a - b)
    .map(([steps, own]) => ({ log: Math.log2(steps), reached: mean(own.map(({ quality }) => decibels(quality))) }));
}

function slope(a: Point, b: Point): number {
  return (b.reached - a.reached) / (b.log - a.log);
}
