/**
 * The numbers that a hyper-parameter may be. Bounds that are left out do not exist. Kernels compute in single precision, so a number that is
 * not whole by its range has to be 0 or 1.2e-38 to 3.4e38 in size.
 */
export interface NumberRange {
  /** Says which kind of range this is. */
  readonly type: "number";
  /** Whether only whole numbers are allowed. */
  readonly whole?: boolean;
  /** All values allowed are multiples of this. */
  readonly multipleOf?: number;
  /** Smallest value allowed. */
  readonly min?: number;
  /** Largest value allowed. */
  readonly max?: number;
  /** All values allowed are larger. */
  readonly exclusiveMin?: number;
  /** All values allowed are smaller. */
  readonly exclusiveMax?: number;
}

/** Two numbers in an array, each in the same range. */
export interface PairRange {
  /** Says which kind of range this is. */
  readonly type: "pair";
  /** The range of each number. */
  readonly each: NumberRange;
}

/** One of a few words. */
export interface WordRange<W extends string = string> {
  /** Says which kind of range this is. */
  readonly type: "word";
  /** The words. */
  readonly words: readonly W[];
  /** Other words that the command line accepts, each with the word that it means. */
  readonly aliases?: Readonly<Record<string, W>>;
}

/** True or false. */
export interface FlagRange {
  /** Says which kind of range this is. */
  readonly type: "flag";
}

/** The kind of range that values of type `T` have. */
export type RangeOf<T> = [T] extends [boolean] ? FlagRange
  : [T] extends [number] ? NumberRange
  : [T] extends [string] ? WordRange<T>
  : PairRange;

/** Any kind of range. */
export type ValueRange = NumberRange | PairRange | WordRange | FlagRange;

/** Numbers above 0. */
export const POSITIVE: NumberRange = { type: "number", exclusiveMin: 0 };

/** Numbers from 0. */
export const FROM_0: NumberRange = { type: "number", min: 0 };

/** The share that a running mean keeps: from 0, below 1. */
export const SHARE: NumberRange = { type: "number", min: 0, exclusiveMax: 1 };

/** Whole numbers from 1. */
export const COUNT: NumberRange = { type: "number", whole: true, min: 1 };

/** Whole numbers from 0. */
export const COUNT_FROM_0: NumberRange = { type: "number", whole: true, min: 0 };

/** True or false. */
export const FLAG: FlagRange = { type: "flag" };

/**
 * The sizes of numbers other than 0 that single precision holds with all digits. Devices may take smaller ones for 0, and larger ones are
 * infinite.
 */
const [SMALLEST, LARGEST] = [1.2e-38, 3.4e38];

/** One of the words given. */
export function oneOf<W extends string>(...words: readonly W[]): WordRange<W> {
  return { type: "word", words };
}

/** A range as text, for tables in the documentation: "a number ≥ 0 and < 1", "true or false". */
export function rangeText(range: ValueRange): string {
  if (range.type === "flag") return "true or false";
  if (range.type === "word") return range.words.join(" or ");
  if (range.type === "pair") return `two numbers ${boundsText(range.each)}`;
  const { whole, multipleOf } = range;
  const kind = multipleOf !== undefined ? `a multiple of ${multipleOf}` : whole ? "a whole number" : "a number";
  return `${kind} ${boundsText(range)}`.trimEnd();
}

/** The bounds of a number: "≥ 0 and < 1", or an empty text where it has none. */
function boundsText({ min, max, exclusiveMin, exclusiveMax }: NumberRange): string {
  const low = min !== undefined ? `≥ ${min}` : exclusiveMin !== undefined ? `> ${exclusiveMin}` : "";
  const high = max !== undefined ? `≤ ${max}` : exclusiveMax !== undefined ? `< ${exclusiveMax}` : "";
  return [low, high].filter(Boolean).join(" and ");
}

/**
 * Checks a value against a range.
 *
 * @param where Stands before the error: the owner and the name of the value.
 * @throws {RangeError} With what is expected and what was found.
 */
export function checkRange(where: string, value: unknown, range: ValueRange): void {
  const mistake = rangeMistake(value, range);
  if (mistake !== undefined) throw new RangeError(`${where}: ${mistake}.`);
}

/** What is expected and what was found, without a full stop; undefined if the value is in the range. */
export function rangeMistake(value: unknown, range: ValueRange): string | undefined {
  const expected = expectedInstead(value, range);
  return expected === undefined ? undefined : `expected ${expected}, found ${shown(value)}`;
}

/** What is expected of a value that is not in the range; undefined if it is. */
export function expectedInstead(value: unknown, range: ValueRange): string | undefined {
  switch (range.type) {
    case "number":
      return numberInstead(value, range);
    case "pair": {
      if (!Array.isArray(value) || value.length !== 2) return "two numbers in an array";
      const wrong = value.filter((each) => numberInstead(each, range.each) !== undefined);
      if (wrong.length === 0) return undefined;
      return wrong.every((each) => isWithin(each, range.each) && !isHeld(each, range.each))
        ? singlePrecisionText(range)
        : rangeText(range);
    }
    case "flag":
      return typeof value === "boolean" ? undefined : "true or false";
    case "word":
      return range.words.some((word) => word === value)
        ? undefined
        : range.words.map((word) => JSON.stringify(word)).join(" or ");
  }
}

function numberInstead(value: unknown, range: NumberRange): string | undefined {
  if (!isWithin(value, range)) return `a number ${boundsText(range)}`.trimEnd();
  if (!isHeld(value, range)) return singlePrecisionText(range);
  const { whole, multipleOf } = range;
  if (whole && !Number.isInteger(value)) return "a whole number";
  return multipleOf !== undefined && value % multipleOf !== 0 ? `a multiple of ${multipleOf}` : undefined;
}

/** Whether single precision holds a number, which counts and seeds do not need. */
function isHeld(value: number, { whole }: NumberRange): boolean {
  const size = Math.abs(value);
  return whole || size === 0 || size >= SMALLEST && size <= LARGEST;
}

function singlePrecisionText(range: NumberRange | PairRange): string {
  return `${rangeText(range)} that single precision can hold (${SMALLEST} to ${LARGEST} in size)`;
}

function isWithin(value: unknown, range: NumberRange): value is number {
  const { min = -Infinity, max = Infinity, exclusiveMin = -Infinity, exclusiveMax = Infinity } = range;
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  return value >= min && value <= max && value > exclusiveMin && value < exclusiveMax;
}

/** A value of any type in an error; strings are in quotes, so that they do not look like numbers. */
function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "object" ? JSON.stringify(value) : String(value);
}
