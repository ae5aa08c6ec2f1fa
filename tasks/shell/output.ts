/** Whether nothing is printed. */
let silent = false;

/** A line at the bottom of a terminal, which can be erased while something is written above it. */
interface BottomLine {
  hide(): void;
  reveal(): void;
}

let bottomLine: BottomLine | undefined;

/** Keeps a line below what `console` writes, or ends that. */
export function keepBelow(line: BottomLine, isKept: boolean): void {
  if (isKept) bottomLine = line;
  else if (bottomLine === line) bottomLine = undefined;
}

/**
 * Drops what this process prints, because another one prints for it.
 *
 * @returns A function that ends this.
 */
export function silence(): () => void {
  silent = true;
  return () => {
    silent = false;
  };
}

/**
 * Lets a task go on when nobody can read what it prints: `console` drops output that cannot be written, because the disk is full or the
 * terminal is gone. Without this, a full disk behind `deno task image > log` would end the training.
 */
export function dropUnwritableOutput(): void {
  for (const name of ["log", "info", "debug", "warn", "error"] as const) {
    const write = console[name].bind(console);
    console[name] = (...data: unknown[]) => {
      bottomLine?.hide();
      unlessUnwritable(() => write(...data));
      bottomLine?.reveal();
    };
  }
}

/** Writes text to standard error, or drops it if it cannot be written. */
export function writeToStandardError(text: string): void {
  const bytes = new TextEncoder().encode(text);
  unlessUnwritable(() => {
    for (let written = 0; written < bytes.length;) written += Deno.stderr.writeSync(bytes.subarray(written));
  });
}

function unlessUnwritable(write: () => void): void {
  try {
    if (!silent) write();
  } catch {
    // There is nowhere left to report this to, and what the task computes is worth more than its output.
  }
}
