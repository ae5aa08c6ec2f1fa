import { formatDuration, type ProgressLine } from "../shell/progress.ts";
import type { Measurement } from "./measurement.ts";
import { type MomentPlan, momentText } from "./moment.ts";
import type { Part } from "./part.ts";
import type { MomentParts } from "./plans.ts";
import type { Extent } from "./subject.ts";
import { timeLeft } from "./time_left.ts";

/** Shows on the progress line what is being measured and how long all of it still takes. The caller must dispose it. */
export class StatusLine implements Disposable {
  readonly #timer: ReturnType<typeof setInterval>;
  #what = "";
  #began = performance.now();
  #left: ReturnType<typeof timeLeft>;

  /** @param done The finished parts, which grow meanwhile. */
  constructor(
    readonly progress: ProgressLine,
    readonly planned: readonly MomentParts[],
    readonly extent: Extent,
    readonly done: readonly Part[],
  ) {
    this.#left = timeLeft(planned, done, extent);
    this.#timer = setInterval(() => this.#show(), 1000);
  }

  /** Shows that a measurement begins. */
  begin(plan: MomentPlan, { doing }: Measurement): void {
    this.#what = `${plan.series}, ${momentText(plan)}: ${doing}`;
    this.#began = performance.now();
    this.#left = timeLeft(this.planned, this.done, this.extent);
    this.#show();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.progress.finish();
  }

  #show(): void {
    if (this.#what === "") return;
    const { parts, done, seconds } = this.#left;
    const elapsed = (performance.now() - this.#began) / 1000;
    // A part that takes longer than estimated does not use up the time of the others.
    const left = seconds === undefined ? undefined : Math.max(0, seconds.next - elapsed) + seconds.others;
    const part = `part ${done + 1} of ${parts}`;
    const eta = left === undefined ? "–" : formatDuration(left);
    const plain = `${part}  ETA ${eta}  ${this.#what}`;
    this.progress.update({ what: part, part: done / parts, left, details: this.#what, plain });
  }
}
