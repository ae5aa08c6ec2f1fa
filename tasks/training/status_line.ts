import { fixed } from "../shell/fixed.ts";
import { countOf } from "../../lib/optim/observation.ts";
import type { Optimizer } from "../../lib/optim/optimizer.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import { formatDuration } from "../shell/progress.ts";
import type { Progress } from "../shell/progress_text.ts";
import { Speed } from "../shell/speed.ts";
import type { RunLength } from "./run_length.ts";
import type { Quality, Summary, TrainingInput } from "./training_input.ts";

/** The cost of a Hessian-vector product relative to a step without one: six matrix products per layer instead of three. */
const PRODUCT_WORK = 2;

/** What the line is about. */
interface StatusParts {
  readonly length: RunLength;
  readonly input: Pick<TrainingInput, "quality">;
  readonly optimizer: Optimizer;
}

/** Shows how far a run is, how good, and how long it still takes. */
export class StatusLine {
  readonly #speed = new Speed();
  readonly #workSpeed = new Speed();
  readonly #firstStep: number;

  /** Made before the first step, or before the first one after resuming. */
  constructor(readonly parts: StatusParts) {
    this.#firstStep = parts.optimizer.counters.step;
  }

  /**
   * How far the run is at an event.
   *
   * @param figures The figures of the last measurement.
   * @param rest Seconds that will go to other things than training, given those of the training to come; undefined if that is not known.
   */
  progress(event: TrainEvent, figures: Summary, rest: (training: number) => number | undefined): Progress {
    const { seconds, step, epoch, losses, stepsPerEpoch, hvps } = event;
    const { length: { steps }, input } = this.parts;
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    const rate = this.#speed.update(step, seconds);
    // The estimate counts work, not steps, because the first steps may take many products.
    const workSpeed = this.#workSpeed.update(step + PRODUCT_WORK * hvps, seconds);
    const training = step === steps ? 0 : workSpeed === undefined ? undefined : this.#workAfter(step) / workSpeed;
    const further = training === undefined ? undefined : rest(training);
    const left = training === undefined ? undefined : training + (further ?? 0);
    const isLeast = further === undefined;
    const quality = formatQuality(input.quality, figures);
    const [epochs, loss] = [
      `epoch ${epoch.toFixed(1)}/${decimal(steps / stepsPerEpoch)}`,
      `loss ${mean.toExponential(2)}`,
    ];
    const eta = left === undefined ? "ETA –" : `ETA ${isLeast ? ">" : ""}${formatDuration(left)}`;
    const speed = `${(rate ?? (step - this.#firstStep) / seconds).toFixed(1)} steps/s`;
    return {
      what: "training",
      part: step / steps,
      left,
      isLeast,
      details: [quality, loss, `step ${step}`, epochs, speed].join("  "),
      plain: [epochs, `step ${step}`, loss, quality, eta, speed].join("  "),
    };
  }

  /** The remaining work in units of a step without products. It is extrapolated from the next thousand steps. */
  #workAfter(step: number): number {
    const { length: { steps }, optimizer } = this.parts;
    const seen = Math.min(1000, steps - step);
    let work = 0;
    for (let i = 0; i < seen; i++) {
      work += 1 + PRODUCT_WORK * countOf(optimizer.requests(step + i), "hessianProbe");
    }
    return work * (steps - step) / seen;
  }
}

/** "PSNR 26.91 dB", with a dash where nothing has been measured yet. */
export function formatQuality({ figure, name, digits, unit = "" }: Quality, figures: Summary): string {
  return `${name} ${figure in figures ? `${fixed(Number(figures[figure]), digits)}${unit}` : "–"}`;
}

/** A whole number without decimals, any other number with one. */
function decimal(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
