import { readEnv } from "../../lib/gpu/env.ts";
import { writeToStandardError } from "./output.ts";

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

/**
 * One line that shows how far a task is. On a terminal it is overwritten in place; elsewhere a new line is written every few
 * seconds. The last text stays and ends with a line break.
 *
 * @example
 * ```ts
 * using progress = new ProgressLine();
 * for (let step = 1; step <= 3; step++) progress.update(`step ${step} of 3`);
 * ```
 */
export class ProgressLine implements Disposable {
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  readonly #inPlace: boolean;
  readonly #interval: number;
  #latest = "";
  #shown = "";
  #shownAt = -Infinity;

  constructor({ stream = standardError, interval = 5, now = () => performance.now() }: ProgressOptions = {}) {
    this.#stream = stream;
    this.#now = now;
    this.#inPlace = stream.inPlace();
    this.#interval = this.#inPlace ? frame : interval * 1000;
  }

  /** Replaces the text. It is shown at once, or with a later update if the last one was shown only just now. */
  update(text: string): void {
    this.#latest = text.replace(/\s*\n\s*/g, " ");
    if (this.#now() - this.#shownAt >= this.#interval) this.#show();
  }

  /** Writes a line that stays above the progress line. */
  print(line: string): void {
    this.#stream.write(this.#inPlace && this.#shown ? `${eraseLine}${line}\n` : `${line}\n`);
    if (!this.#inPlace || !this.#shown) return;
    this.#shown = "";
    this.#show();
  }

  /** Shows the last text if it is not shown yet and moves on to the next line. May be called more than once. */
  finish(): void {
    if (this.#latest !== this.#shown) this.#show();
    if (this.#inPlace && this.#shown) this.#stream.write("\n");
    this.#latest = this.#shown = "";
    this.#shownAt = -Infinity;
  }

  /** Does the same as `finish`. */
  [Symbol.dispose](): void {
    this.finish();
  }

  #show(): void {
    this.#shown = this.#latest;
    this.#shownAt = this.#now();
    // On some terminals a line of the full width wraps, and then cannot be overwritten any more.
    if (this.#inPlace) this.#stream.write(eraseLine + cut(this.#latest, this.#stream.columns() - 1));
    else this.#stream.write(`${this.#latest}\n`);
  }
}

const eraseLine = "\r\x1b[K";

function cut(text: string, columns: number): string {
  const characters = [...text];
  return characters.length <= columns ? text : characters.slice(0, Math.max(0, columns - 1)).join("") + "…";
}

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
