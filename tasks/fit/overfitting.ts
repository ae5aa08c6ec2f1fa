import { fixed } from "../shell/fixed.ts";
import { networkChoice } from "../training/network_choice.ts";
import type { Figures, Quality } from "../training/training_input.ts";
import type { FitValues } from "./command.ts";

/** How much worse held-out samples are before a line says so, in decibels: ten times the error of training. */
const GAP = 10;

/** A quality with which nobody needs to change anything, in decibels: a thousandth of the variance is left. */
const ENOUGH = 30;

/** What makes a field smoother, by the names of activations and encodings. */
const SMOOTHER: Readonly<Record<string, string>> = {
  sine: "a smaller --omega",
  sinc: "a smaller --omega",
  gabor: "a smaller --omega",
  gaussian: "a larger --sigma",
  positional: "fewer --octaves",
};

/**
 * A line for a run whose field fits held-out samples far worse than those that it was trained on; undefined for others, and for a quality that is not in
 * decibels.
 *
 * @param figures The figures of the last measurement.
 */
export function overfittingNotice(
  figures: Figures,
  { figure, name, unit = "" }: Quality,
  values: FitValues,
): string | undefined {
  const held = figures[figure];
  const trained = figures[`train${figure[0].toUpperCase()}${figure.slice(1)}`];
  if (unit !== " dB" || !(trained - held >= GAP && held < ENOUGH)) return undefined;
  const { activation, encoding } = networkChoice(values);
  const changes = [SMOOTHER[activation], SMOOTHER[encoding], "a smaller --width", "fewer --epochs"].filter((each) =>
    each !== undefined
  );
  const [found, expected] = [held, trained].map((value) => `${fixed(value, 2)}${unit}`);
  return `The field overfits: its ${name} is ${found} on held-out samples and ${expected} on those of training. More samples may help, or ${
    changes.slice(0, -1).join(", ")
  } or ${changes.at(-1)}.`;
}
