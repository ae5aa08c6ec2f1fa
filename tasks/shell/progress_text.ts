/** How far a task is. */
export interface Progress {
  /** What is being done, such as "training" or "reading photograph 3 of 50". */
  readonly what: string;
  /** The part of it that is done, from 0 to 1, if that is known. */
  readonly part?: number;
  /** The seconds until the end of the whole task, if they are known. */
  readonly left?: number;
  /** Whether more seconds are left, because something is still to come whose time is not known. */
  readonly isLeast?: boolean;
  /** What else is of interest. On a terminal it comes last, where a narrow one cuts it off. */
  readonly details?: string;
  /** The line for a stream that is not a terminal; by default it is made of the rest. */
  readonly plain?: string;
}

/** No progress at all. */
export const NOTHING: Progress = { what: "" };

/** Characters of a bar on a terminal, and on one that is narrow. */
const [BAR, SHORT_BAR] = [20, 8];

/** A terminal with fewer columns is narrow. */
const NARROW = 64;

/** The fewest characters that are left for what is being done. */
const LEAST = 8;

/** The line for a stream that is not a terminal: "test view 3 of 4: 84 %". */
export function plainText({ what, part, details, plain }: Progress): string {
  const done = part === undefined ? what : `${what}: ${percent(part)} %`;
  return oneLine(plain ?? [done, details].filter(Boolean).join("  "));
}

/**
 * The line for a terminal with so many columns: "training ██████░░░░  60 %  ETA 42 s  loss 1.2e-3".
 *
 * @param eta The time that is left, as a text, if it is known.
 */
export function terminalText({ what, part, details }: Progress, eta: string | undefined, columns: number): string {
  const width = columns < NARROW ? SHORT_BAR : BAR;
  const done = part === undefined ? undefined : `${bar(part, width)} ${String(percent(part)).padStart(3)} %`;
  const rest = [done, eta].filter(Boolean).join("  ");
  const room = Math.max(LEAST, columns - rest.length - 1);
  const begin = rest === "" ? oneLine(what) : `${cut(oneLine(what), room)} ${rest}`;
  const fits = details !== undefined && columns - begin.length >= LEAST;
  return cut(fits ? `${begin}  ${oneLine(details)}` : begin, columns);
}

function percent(part: number): number {
  return Math.floor(100 * Math.min(1, Math.max(0, part)));
}

function bar(part: number, width: number): string {
  const full = Math.round(width * Math.min(1, Math.max(0, part)));
  return "█".repeat(full) + "░".repeat(width - full);
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ");
}

function cut(text: string, columns: number): string {
  const characters = [...text];
  return characters.length <= columns ? text : characters.slice(0, Math.max(0, columns - 1)).join("") + "…";
}
