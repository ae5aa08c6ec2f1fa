import { isMeasured } from "../training/loss_limit.ts";
import { fixed } from "../shell/fixed.ts";
import type { Quality } from "../training/training_input.ts";
import type { ActivationSummary, PairSummary } from "./summary.ts";

/** The results in words: one or two sentences for each activation, derived from the figures alone. */
export function findings(activations: readonly ActivationSummary[], quality: Quality): string[] {
  return activations.map((each) => finding(each, quality));
}

function finding({ activation, pairs, isTimed, equalSeconds, targets }: ActivationSummary, quality: Quality): string {
  const good = pairs.filter((pair) => isMeasured(atEqual(pair).centre))
    .toSorted((a, b) => atEqual(b).centre - atEqual(a).centre);
  const failed = pairs.filter((pair) => !good.includes(pair)).map(({ optimizer }) => optimizer);
  const failures = failed.length === 0 ? "" : ` ${words(failed)} diverged.`;
  if (good.length === 0) return `${activation}: every optimizer diverged.`;
  const [best, ...others] = good;
  const level = inUnits(atEqual(best).centre, quality);
  const time = `${equalSeconds.toPrecision(3)} s`;
  if (others.length === 0) {
    const when = isTimed ? `after ${time} of training` : "at the end of its runs";
    return `${activation}: ${best.optimizer} reaches ${level} ${when}.${failures}`;
  }
  const [second] = others;
  const adam = others.find(({ optimizer }) => optimizer === "adam");
  const margins = [second, ...adam !== undefined && adam !== second ? [adam] : []].map((other) => {
    const margin = atEqual(best).centre - atEqual(other).centre;
    return Number.isNaN(margin)
      ? `as good as ${other.optimizer}`
      : `${inUnits(margin, quality)} above ${other.optimizer}`;
  });
  const apart = atEqual(best).low > atEqual(second).high;
  const rank = apart ? "is best" : "has the highest median";
  const single = [best, second].filter(({ runs }) => runs.length === 1);
  const certainty = single.length > 0
    ? ` With only one run ${single.length === 2 ? "each" : `of ${single[0].optimizer}`}, the spread is unknown.`
    : apart
    ? ""
    : ` The ranges of ${best.optimizer} and ${second.optimizer} overlap, so there is no clear winner.`;
  const target = isTimed && targets.length === 1 ? ` ${timesToTarget(good, targets[0], quality)}` : "";
  const when = isTimed ? `at equal time (${level} after ${time})` : `at the end of the runs (${level})`;
  return `${activation}: ${best.optimizer} ${rank} ${when}, ${margins.join(" and ")}.` +
    `${certainty}${target}${failures}`;
}

/** "29.0 dB: soap after 8.2 s, adam after 20 s." */
function timesToTarget(pairs: readonly PairSummary[], target: number, quality: Quality): string {
  const reached = pairs.filter(({ secondsToTarget }) => Number.isFinite(secondsToTarget.centre))
    .toSorted((a, b) => a.secondsToTarget.centre - b.secondsToTarget.centre)
    .map(({ optimizer, secondsToTarget }) => `${optimizer} after ${secondsToTarget.centre.toPrecision(2)} s`);
  const level = inUnits(target, quality);
  return reached.length === 0 ? `None reaches ${level}.` : `${level} is reached by ${words(reached)}.`;
}

/** A quality or a difference of two, with its unit. */
function inUnits(value: number, { digits, unit = "" }: Quality): string {
  return `${fixed(value, Math.max(1, digits - 1))}${unit}`;
}

function atEqual({ equal }: PairSummary) {
  return equal.at(-1)!;
}

function words(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
