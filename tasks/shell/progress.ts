import { readEnv } from "../../lib/gpu/env.ts";
import { keepBelow, writeToStandardError } from "./output.ts";
import { NOTHING, plainText, type Progress, terminalText } from "./progress_text.ts";

/** The stream that a progress line is written to. */
export interface ProgressStream {
  /** Whether the last line can be overwritten, as on a terminal. */
  inPlace(): boolean;
  /** Width of the terminal in characters. */
  columns(): number;
  write(text: string): void;
}

/** Options of a progress line. */
interface ProgressOptions {
  /** The stream to write to; standard error by default. */
  stream?: ProgressStream;
  /** Seconds between lines on a stream that cannot be overwritten; 5 by default. */
  interval?: number;
  /** A clock in milliseconds. */
  now?: () => number;
}

/** The shortest time between two updates of a terminal, in milliseconds. */
const frame = 50;

/** What takes longer, in milliseconds, is also said on a stream that is not a terminal. */
const PATIENCE = 2000;

/**
 * One line that shows how far a task is. On a terminal it is overwritten in place; elsewhere a new line is written every few
 * seconds. The last text stays and ends with a line break. What is printed by `console` meanwhile appears above the line.
 *
 * @example
 * ```ts
 * using progress = new ProgressLine();
 * for (let step = 1; step <= 3; step++) progress.update({ what: `step ${step}`, part: step / 3 });
 * ```
 */
export class ProgressLine implements Disposable {
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  readonly #inPlace: boolean;
  readonly #interval: number;
  #latest: Progress = NOTHING;
  #shown: Progress = NOTHING;
  #shownAt = -Infinity;
  /** Shows what began, on a stream that is not a terminal, if it still goes on then. */
  #timer?: ReturnType<typeof setTimeout>;
  #isPatient = true;
  /** What began last, until there is progress. */
  #begun?: Progress;
  /** Whether what is shown had only begun then. */
  #hasOnlyBegun = false;

  constructor({ stream = standardError, interval = 5, now = () => performance.now() }: ProgressOptions = {}) {
    this.#stream = stream;
    this.#now = now;
    this.#inPlace = stream.inPlace();
    this.#interval = this.#inPlace ? frame : interval * 1000;
  }

  /**
   * Replaces the text. It is shown at once, or with a later update if the last one was shown only just now; what is shown as having begun
   * gives way at once.
   */
  update(progress: string | Progress): void {
    if (this.#hasOnlyBegun) this.#shownAt = -Infinity;
    this.#begun = undefined;
    this.#isPatient = true;
    this.#replace(progress);
  }

  /** Says what begins. On a terminal it is shown at once, because it may block; elsewhere only if what has begun takes long. */
  begin(progress: string | Progress): void {
    const begun = typeof progress === "string" ? { what: progress } : progress;
    this.#begun = begun;
    if (!this.#inPlace && this.#isPatient) {
      this.#latest = begun;
      this.#timer ??= setTimeout(() => {
        this.#replace(this.#latest);
        this.#isPatient = false;
      }, PATIENCE);
      Deno.unrefTimer(this.#timer);
      return;
    }
    this.#replace(begun);
    this.#isPatient = false;
    if (this.#inPlace && this.#latest !== this.#shown) this.#show();
  }

  /** Writes a line that stays above the progress line. */
  print(line: string): void {
    this.hide();
    this.#stream.write(`${line}\n`);
    this.reveal();
  }

  /** Erases the line on a terminal, so that something else can be written. */
  hide(): void {
    if (this.#inPlace && this.#shown !== NOTHING) this.#stream.write(eraseLine);
  }

  /** Writes the line again that was erased. */
  reveal(): void {
    if (this.#inPlace && this.#shown !== NOTHING) this.#show();
  }

  /** Shows the last text if it is not shown yet and moves on to the next line. May be called more than once. */
  finish(): void {
    const isWaiting = this.#timer !== undefined;
    this.#stopWaiting();
    if (!isWaiting && this.#latest !== this.#shown) this.#show();
    if (this.#inPlace && this.#shown !== NOTHING) this.#stream.write("\n");
    this.#forget();
  }

  /** Ends the line without leaving it on a terminal: what it says is over and of no interest any more. */
  clear(): void {
    this.#stopWaiting();
    this.hide();
    this.#forget();
  }

  /** Does the same as `finish`. */
  [Symbol.dispose](): void {
    this.finish();
  }

  #replace(progress: string | Progress): void {
    this.#latest = typeof progress === "string" ? { what: progress } : progress;
    this.#stopWaiting();
    if (this.#now() - this.#shownAt >= this.#interval) this.#show();
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #forget(): void {
    this.#latest = this.#shown = NOTHING;
    this.#begun = undefined;
    this.#hasOnlyBegun = false;
    this.#shownAt = -Infinity;
    this.#isPatient = true;
    keepBelow(this, false);
  }

  #show(): void {
    this.#shown = this.#latest;
    this.#hasOnlyBegun = this.#latest === this.#begun;
    this.#shownAt = this.#now();
    if (!this.#inPlace) return this.#stream.write(`${plainText(this.#latest)}\n`);
    // On some terminals a line of the full width wraps, and then cannot be overwritten any more.
    const { left, isLeast } = this.#latest;
    const eta = left === undefined ? undefined : `ETA ${isLeast ? ">" : ""}${formatDuration(left)}`;
    this.#stream.write(eraseLine + terminalText(this.#latest, eta, this.#stream.columns() - 1));
    keepBelow(this, true);
  }
}

const eraseLine = "\r\x1b[K";

const standardError: ProgressStream = {
  inPlace: () => Deno.stderr.isTerminal() && readEnv("TERM") !== "dumb",
  columns() {
    try {
      // A terminal without a known size reports 0 columns.
      return Deno.consoleSize().columns || 80;
    } catch {
      return 80;
    }
  },
  write: writeToStandardError,
};

/** Formats a duration: "0.4 s", "42 s", "3 min 05 s", "2 h 07 min", "1 d 03 h"; "?" if it is negative or not finite. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "?";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return pair(whole, 60, "min", "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return pair(minutes, 60, "h", "min");
  return pair(Math.round(seconds / 3600), 24, "d", "h");
}

function pair(count: number, size: number, large: string, small: string): string {
  return `${Math.floor(count / size)} ${large} ${String(count % size).padStart(2, "0")} ${small}`;
}
