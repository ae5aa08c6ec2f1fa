import { fromJson } from "../run/json.ts";

/** The most bytes of a file that are read. */
const LARGEST = 1 << 26;

/** One line of `metrics.jsonl`. */
type Line = Readonly<Record<string, unknown>>;

/**
 * The measurements in a file that grows. Only what is new is read, and of a line that is being written nothing. A file that was replaced, as
 * by a run that went back, is read again from its beginning.
 */
export class MetricsTail {
  /** The whole lines so far; those that are no objects are left out. */
  lines: Line[] = [];
  /** Changes when the file was replaced, so that its earlier lines no longer count. */
  generation = 0;
  #at = 0;
  #file?: number | null;

  constructor(readonly path: string) {}

  /** Reads what is new. Returns whether there was anything. */
  async read(): Promise<boolean> {
    const info = await Deno.lstat(this.path).catch(() => undefined);
    if (!info?.isFile) return this.#begin(undefined);
    const replaced = info.ino !== this.#file || info.size < this.#at;
    const changed = replaced && this.#begin(info.ino);
    if (info.size === this.#at || info.size > LARGEST) return changed;
    const text = await this.#newLines(info.size);
    for (const line of text.split("\n").slice(0, -1)) {
      const parsed = parse(line);
      if (parsed !== undefined) this.lines.push(parsed);
    }
    return changed || text !== "";
  }

  /** The text from where the last reading ended up to the last line break. */
  async #newLines(size: number): Promise<string> {
    using file = await Deno.open(this.path);
    await file.seek(this.#at, Deno.SeekMode.Start);
    const bytes = new Uint8Array(size - this.#at);
    let read = 0;
    while (read < bytes.length) {
      const count = await file.read(bytes.subarray(read));
      if (count === null) break;
      read += count;
    }
    const whole = bytes.subarray(0, bytes.lastIndexOf(10, read - 1) + 1);
    this.#at += whole.length;
    return new TextDecoder().decode(whole);
  }

  /** Begins with another file. Returns whether there was one before. */
  #begin(file: number | null | undefined): boolean {
    const had = this.lines.length > 0;
    this.#file = file;
    this.#at = 0;
    this.lines = [];
    if (had) this.generation++;
    return had;
  }
}

function parse(line: string): Line | undefined {
  try {
    const value = fromJson(line, "");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Line : undefined;
  } catch {
    return undefined;
  }
}
