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
 * Registers a test that makes inputs from seeds 0, 1, 2, … and reads them, for three seconds or for as long as NEURAL_FIELDS_FUZZ_SECONDS
 * says; NEURAL_FIELDS_FUZZ_SEED is the first seed. A reader may accept an input or refuse it with a plain `Error` of one printable line
 * that begins with the file's name. It may take at most 2 s, and 1 s more for each 10 MB that it reads or decodes. Anything else fails
 * the test with the seed that shows it.
 *
 * @example
 * ```ts ignore
 * fuzz("OFF", (choices) => ({ name: "x.off", bytes: damaged(offFile(choices), choices), read: (bytes) => sizeOf(decodeMesh(bytes, "x.off")) }));
 * ```
 */
export function fuzz(reader: string, make: (choices: Choices) => Trial | Promise<Trial>): void {
  Deno.test(`${reader}: every made-up file is read or refused in one sentence, in bounded time`, async () => {
    const end = performance.now() + 1000 * Number(Deno.env.get("NEURAL_FIELDS_FUZZ_SECONDS") ?? 3);
    let seed = Number(Deno.env.get("NEURAL_FIELDS_FUZZ_SEED") ?? 0);
    for (; performance.now() < end; seed++) {
      const trial = await make(choicesOf(seed));
      const fault = await faultOf(trial);
      if (fault) throw new Error(`seed ${seed}: ${fault}`);
    }
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

/** What is wrong with the way in which a trial ended, or undefined. */
async function faultOf({ name, bytes, read }: Trial): Promise<string | undefined> {
  const start = performance.now();
  let decoded = 0;
  let fault: string | undefined;
  try {
    decoded = await read(bytes);
  } catch (error) {
    fault = faultOfRefusal(error, name);
  }
  const seconds = (performance.now() - start) / 1000;
  const limit = 2 + Math.max(bytes.length, decoded) / 1e7;
  return fault ??
    (seconds > limit
      ? `${bytes.length} bytes took ${seconds.toFixed(1)} s, expected at most ${limit.toFixed(1)} s`
      : undefined);
}

function faultOfRefusal(error: unknown, name: string): string | undefined {
  if (!(error instanceof Error) || (error.constructor !== Error && error.name !== "UserError")) {
    return `expected a plain Error, found ${error instanceof Error ? error.stack : String(error)}`;
  }
  if (!error.message.startsWith(name)) return `expected a message that begins with ${name}, found "${error.message}"`;
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f-\x9f]/.test(error.message)) return `control characters in ${JSON.stringify(error.message)}`;
}
