import { joinBytes } from "../../lib/codec/join_bytes.ts";
import { randomNumbers } from "../support/random_numbers.ts";

/** Random choices for one trial. The same seed gives the same choices. */
export interface Choices {
  /** A number in [0, 1). */
  number(): number;
  /** A whole number in [0, end). */
  below(end: number): number;
  /** One of the values. */
  pick<T>(values: readonly T[]): T;
}

/** One trial: bytes to read, and the reader, which returns how many bytes it decoded. */
export interface Trial {
  /** The name of the file, which a refusal must mention. */
  name: string;
  bytes: Uint8Array;
  read(bytes: Uint8Array): number | Promise<number>;
}

/**
 * Registers a test that makes inputs from seeds 0, 1, 2, … and reads them, for two seconds or for as long as NEURAL_FIELDS_FUZZ_SECONDS
 * says, and then prints how many there were; NEURAL_FIELDS_FUZZ_SEED is the first seed. A reader may accept an input or refuse it with a plain `Error` of one printable line
 * that begins with the file's name. It may take at most 2 s, and 1 s more for each 10 MB that it reads or decodes, and 256 MB of memory
 * beyond eight times what it reads or decodes (measured on Linux). Anything else fails the test with the seed that shows it.
 *
 * @example
 * ```ts ignore
 * fuzz("OFF", (choices) => ({ name: "x.off", bytes: damaged(offFile(choices), choices), read: (bytes) => sizeOf(decodeMesh(bytes, "x.off")) }));
 * ```
 */
export function fuzz(reader: string, make: (choices: Choices) => Trial | Promise<Trial>): void {
  Deno.test(`${reader}: every made-up file is read or refused in one sentence, in bounded time`, async () => {
    const seconds = Deno.env.get("NEURAL_FIELDS_FUZZ_SECONDS");
    const end = performance.now() + 1000 * Number(seconds ?? 2);
    const first = Number(Deno.env.get("NEURAL_FIELDS_FUZZ_SEED") ?? 0);
    let seed = first;
    for (; performance.now() < end; seed++) {
      const trial = await make(choicesOf(seed));
      const fault = await faultOf(trial);
      if (fault) throw new Error(`seed ${seed}: ${fault}`);
    }
    if (seconds !== undefined) console.log(`${reader}: ${seed - first} files, seeds ${first} to ${seed - 1}`);
  });
}

/** A copy of the bytes with a few of them changed, removed, doubled or cut off. Every tenth copy is unchanged. */
export function damaged(bytes: Uint8Array, choices: Choices): Uint8Array {
  let copy: Uint8Array = bytes.slice();
  if (choices.below(10) === 0) return copy;
  for (let change = choices.below(4); change >= 0 && copy.length > 0; change--) {
    const start = choices.below(copy.length);
    const end = Math.min(copy.length, start + 1 + choices.below(16));
    switch (choices.below(5)) {
      case 0:
        copy[start] = choices.below(256);
        break;
      case 1:
        copy[start] ^= 1 << choices.below(8);
        break;
      case 2:
        copy = joinBytes([copy.subarray(0, start), copy.subarray(end)]);
        break;
      case 3:
        copy = joinBytes([copy.subarray(0, end), copy.subarray(start)]);
        break;
      default:
        copy = copy.slice(0, start);
    }
  }
  return copy;
}

/** The random choices that belong to a seed. */
export function choicesOf(seed: number): Choices {
  const number = randomNumbers(seed);
  const below = (end: number) => Math.floor(number() * end);
  return { number, below, pick: (values) => values[below(values.length)] };
}

/** Throws what no reader may throw if a text from a file, which a warning shows, has characters that a terminal would obey or not show. */
export function checkPrintable(text = ""): void {
  if (!isPrintable(text)) throw new TypeError(`control characters in ${JSON.stringify(text)}`);
}

/** What is wrong with the way in which a trial ended, or undefined. */
async function faultOf({ name, bytes, read }: Trial): Promise<string | undefined> {
  const start = performance.now();
  const memory = growthOfMemory();
  let decoded = 0;
  let fault: string | undefined;
  try {
    decoded = await read(bytes);
  } catch (error) {
    fault = faultOfRefusal(error, name);
  }
  if (fault) return fault;
  const seconds = (performance.now() - start) / 1000;
  const size = Math.max(bytes.length, decoded);
  const limit = { seconds: 2 + size / 1e7, bytes: 256e6 + 8 * size };
  if (seconds > limit.seconds) {
    return `${bytes.length} bytes took ${seconds.toFixed(1)} s, expected at most ${limit.seconds.toFixed(1)} s`;
  }
  const grown = memory();
  if (grown > limit.bytes) {
    const [found, most] = [grown, limit.bytes].map((value) => (value / 1e6).toFixed(0));
    return `${bytes.length} bytes took ${found} MB of memory, expected at most ${most} MB`;
  }
}

/**
 * Starts to watch the memory of the process.
 *
 * @returns A function that says by how many bytes its peak has exceeded what the process held at the start; 0 where there is no Linux.
 */
function growthOfMemory(): () => number {
  if (Deno.build.os !== "linux") return () => 0;
  // The kernel forgets the peak when it is told 5 (proc(5)).
  Deno.writeTextFileSync("/proc/self/clear_refs", "5");
  const held = statusBytes("VmRSS");
  return () => statusBytes("VmHWM") - held;
}

function statusBytes(name: string): number {
  const line = Deno.readTextFileSync("/proc/self/status").match(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m"));
  if (!line) throw new Error(`/proc/self/status: expected a line ${name}, found none.`);
  return 1024 * Number(line[1]);
}

function faultOfRefusal(error: unknown, name: string): string | undefined {
  if (!(error instanceof Error) || (error.constructor !== Error && error.name !== "UserError")) {
    return `expected a plain Error, found ${error instanceof Error ? error.stack : String(error)}`;
  }
  if (!error.message.startsWith(name)) return `expected a message that begins with ${name}, found "${error.message}"`;
  if (!isPrintable(error.message)) return `control characters in ${JSON.stringify(error.message)}`;
}

function isPrintable(text: string): boolean {
  return !/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/u.test(text);
}
