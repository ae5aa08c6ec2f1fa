import type { OptimizerSpec } from "./optimizer.ts";

/** A range, for instance `["≥", 0, "<", 1]`; no upper bound means any finite number. */
export type NumberRange = readonly ["≥" | ">", number, ("<" | "≤")?, number?];

/** Of a share that running means keep. */
const SHARE: NumberRange = ["≥", 0, "<", 1];
const FROM_0: NumberRange = ["≥", 0];
const FROM_1: NumberRange = ["≥", 1];
const POSITIVE: NumberRange = [">", 0];

/** Ranges of the hyper-parameters that optimizers share. */
const RANGES: Readonly<Record<string, NumberRange>> = {
  learningRate: POSITIVE,
  adamLearningRate: POSITIVE,
  weightDecay: FROM_0,
  momentum: SHARE,
  betas: SHARE,
  averaging: SHARE,
  epsilon: POSITIVE,
  updateEvery: FROM_1,
  basisEvery: FROM_1,
  warmup: FROM_0,
  initialProbes: FROM_1,
  probes: FROM_1,
};

/** Those that count something. */
const WHOLE = ["updateEvery", "basisEvery", "warmup", "initialProbes", "probes", "blockSize"];

/** Those that are true or false. */
const FLAGS = ["nesterov", "published"];

/**
 * Checks an optimizer's options: each must be one of its hyper-parameters, numbers in their range, β two of them, flags true or false.
 *
 * @param optimizer Named in the error.
 * @param given As the caller gave them.
 * @param values Every hyper-parameter, resolved.
 * @param own Ranges of those that only this optimizer has, or has in another range than the rest.
 * @throws With the name, what is expected and the offending value.
 */
export function checkHyperparameters(
  optimizer: string,
  given: object,
  values: OptimizerSpec["options"],
  own: Readonly<Record<string, NumberRange>> = {},
): void {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(values, name)) continue;
    throw new Error(`${optimizer}: there is no option ${name}, only ${Object.keys(values).join(", ")}.`);
  }
  for (const [name, value] of Object.entries(values)) {
    if (FLAGS.includes(name) && typeof value !== "boolean") {
      throw new Error(`${optimizer}: ${name}: true or false expected, ${shown(value)} found.`);
    }
    const range = own[name] ?? RANGES[name];
    if (range === undefined) {
      if (typeof value === "number") throw new Error(`${optimizer}: ${name} has no range to be checked against.`);
      continue;
    }
    const pair = name === "betas";
    if (pair && !(Array.isArray(value) && value.length === 2)) {
      throw new Error(`${optimizer}: ${name}: two numbers in an array expected, ${shown(value)} found.`);
    }
    const numbers = pair ? value as readonly number[] : [value];
    numbers.forEach((number, i) => {
      const where = `${optimizer}: ${name}${pair ? `[${i}]` : ""}`;
      checkRange(where, number, range);
      if (WHOLE.includes(name) && !Number.isInteger(number)) {
        throw new Error(`${where}: a whole number expected, ${number} found.`);
      }
    });
  }
}

function checkRange(where: string, value: unknown, [lowKind, low, highKind = "<", high = Infinity]: NumberRange): void {
  if (typeof value === "number") {
    const above = lowKind === ">" ? value > low : value >= low;
    const below = highKind === "<" ? value < high : value <= high;
    if (above && below) return;
  }
  const upper = high === Infinity ? "" : ` and ${highKind} ${high}`;
  throw new Error(`${where}: a number ${lowKind} ${low}${upper} expected, ${shown(value)} found.`);
}

/** A value of any type in an error: strings in quotes, so that they do not look like numbers. */
function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * Checks a hyper-parameter that is one of a few words.
 *
 * @throws With the name, the words and the offending value.
 */
export function checkWord(optimizer: string, name: string, value: string, words: readonly string[]): void {
  if (words.includes(value)) return;
  const expected = words.map((word) => JSON.stringify(word)).join(" or ");
  throw new Error(`${optimizer}: ${name}: ${expected} expected, ${shown(value)} found.`);
}

/** 1 − βᵗ, exact also for β near 1 and small t. */
export function decayed(beta: number, t: number): number {
  return beta === 0 ? 1 : -Math.expm1(t * Math.log(beta));
}
