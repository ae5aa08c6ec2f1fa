import { number, object, optional, printable } from "../shell/shape.ts";

/** A figure that says how good a run is. More is better. */
export interface RunQuality {
  /** Its name in `metrics.jsonl` and `summary.json`. */
  readonly figure: string;
  /** Its name for an axis or a column. */
  readonly label: string;
  /** Digits behind the point that it is shown with. */
  readonly digits: number;
  /** The unit, which is shown after the number. */
  readonly unit?: string;
}

/** The figures that say how good a run is; a run's quality is the first one that it has. */
const QUALITIES: readonly RunQuality[] = [
  { figure: "testPsnr", label: "PSNR of test views (dB)", digits: 2, unit: " dB" },
  { figure: "psnr", label: "PSNR (dB)", digits: 2, unit: " dB" },
  { figure: "iouUniform", label: "IoU, uniform points", digits: 4 },
  { figure: "accuracy", label: "accuracy", digits: 4 },
  { figure: "gain", label: "gain over the best constant (dB)", digits: 2, unit: " dB" },
  { figure: "snr", label: "SNR (dB)", digits: 2, unit: " dB" },
];

/** The quality among the figures of a measurement or a summary; undefined if there is none. */
export function qualityIn(figures: Readonly<Record<string, unknown>>): RunQuality | undefined {
  return QUALITIES.find(({ figure }) => typeof figures[figure] === "number");
}

/** The shape of the figure that measures the quality of a run. */
export const qualityShape = object({
  figure: printable(),
  name: printable(),
  label: printable(),
  digits: number({ whole: true, min: 0, max: 20 }),
  unit: optional(printable()),
});
