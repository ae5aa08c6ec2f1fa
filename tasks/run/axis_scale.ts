/**
 * The range and the ticks of a plot's axis, chosen so that labels are round numbers.
 *
 * @module
 */

/** How an axis maps values to lengths. */
export type ScaleType = "linear" | "log";

/** An axis' range, and where it has ticks. */
export interface AxisScale {
  /** Linear or logarithmic. */
  readonly type: ScaleType;
  /** The lower end. */
  readonly min: number;
  /** The upper end, above `min`. */
  readonly max: number;
  /** Where ticks are, between the ends, rising. */
  readonly ticks: readonly number[];
  /** The text at a tick; what follows a `^` is to be raised. */
  readonly label: (tick: number) => string;
}

/**
 * Over fewer decades than this, powers of ten and their 2 and 5 would give a log axis too few ticks, so that they are
 * evenly spaced instead. An axis that may go on to the next tick can do with less.
 */
const NARROW_DECADES = { tight: 0.9, loose: 0.5 };

/** How far beyond its values, as a part of its length, a tight axis goes to end at a tick. */
const NEAR_TICK = 0.02;

/**
 * Chooses range and ticks of an axis.
 *
 * @param values What is to be seen; those that are not finite, or not positive on a log axis, are passed over. None at
 * all gives 0 to 1, on a log axis 1 to 10.
 * @param type Linear or log.
 * @param tight Whether the axis ends where the values end (usual for x) instead of at a tick (usual for y).
 */
export function axisScale(values: Iterable<number>, type: ScaleType, tight: boolean): AxisScale {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!isDrawable(value, type)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) [low, high] = type === "log" ? [1, 10] : [0, 1];
  return type === "log" ? logScale(low, high, tight) : linearScale(low, high, tight);
}

/**
 * Whether a value has a place on an axis.
 *
 * @param value The value.
 * @param type Linear or log.
 */
export function isDrawable(value: number, type: ScaleType): boolean {
  return Number.isFinite(value) && (type === "linear" || value > 0);
}

/**
 * Where a value lies on an axis, 0 at the lower end, 1 at the upper.
 *
 * @param value A drawable value.
 * @param scale The axis.
 */
export function positionOn({ type, min, max }: AxisScale, value: number): number {
  return type === "log" ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
}

function linearScale(low: number, high: number, tight: boolean): AxisScale {
  if (high - low <= 1e-9 * Math.max(Math.abs(low), Math.abs(high))) {
    const margin = Math.abs(low) * (tight ? 1 : 0.05) || 1;
    [low, high] = [low - margin, high + margin];
  }
  // An axis that nearly reaches zero should.
  if (low > 0 && low < 0.15 * high) low = 0;
  const step = roundStep((high - low) / 5);
  const [below, above] = [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
  // The last of 5000 steps is 4999: a tick so close is worth its label.
  const near = NEAR_TICK * (high - low);
  const min = tight && low - below > near ? low : below;
  const max = tight && above - high > near ? high : above;
  return { type: "linear", min, max, ticks: multiples(step, min, max), label: numberLabel(step, min, max) };
}

function logScale(low: number, high: number, tight: boolean): AxisScale {
  if (high / low < 1 + 1e-9) [low, high] = [low / 2, high * 2];
  const decades = Math.log10(high / low);
  if (decades < (tight ? NARROW_DECADES.tight : NARROW_DECADES.loose)) {
    const scale = linearScale(low, high, tight);
    const [min, max] = scale.min > 0 ? [scale.min, scale.max] : [low, scale.max];
    return { ...scale, type: "log", min, max, ticks: scale.ticks.filter((tick) => tick >= min) };
  }
  const factors = decades < 2.5 ? [1, 2, 5] : [1];
  const stride = Math.max(1, Math.ceil(decades / 7));
  const all: number[] = [];
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.ceil(Math.log10(high) - 1e-9);
  for (let power = first; power <= last; power += stride) {
    for (const factor of factors) all.push(Number(`${factor}e${power}`));
  }
  const min = tight ? low : all.findLast((tick) => tick <= low * (1 + 1e-9))!;
  const max = tight ? high : all.find((tick) => tick >= high * (1 - 1e-9)) ?? high;
  const ticks = all.filter((tick) => tick >= min * (1 - 1e-9) && tick <= max * (1 + 1e-9));
  const plain = ticks.every((tick) => tick >= 1e-3 && tick < 1e5);
  return { type: "log", min, max, ticks, label: plain ? plainLabel : powerLabel };
}

/** The next of 1, 2, 2.5, 5, 10 times a power of ten. */
function roundStep(rough: number): number {
  const power = Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * 10 ** power >= rough * (1 - 1e-9)) ?? 10;
  return Number(`${factor}e${power}`);
}

function multiples(step: number, min: number, max: number): number[] {
  const ticks: number[] = [];
  for (let count = Math.ceil(min / step - 1e-9); count * step <= max + 1e-9 * step; count++) {
    // Through decimal digits, because 3 · 0.1 is not 0.3.
    ticks.push(Number((count * step).toPrecision(12)));
  }
  return ticks;
}

function numberLabel(step: number, min: number, max: number): (tick: number) => string {
  const largest = Math.max(Math.abs(min), Math.abs(max));
  if (largest < 1e-3 || largest >= 1e7) return powerLabel;
  const digits = decimals(step);
  return (tick) => grouped(tick.toFixed(digits));
}

function decimals(step: number): number {
  return (Number(step.toPrecision(12)).toString().split(".")[1] ?? "").length;
}

function plainLabel(tick: number): string {
  return grouped(String(tick));
}

/** 20000 as 20 000, with spaces that do not break, and a true minus. */
function grouped(digits: string): string {
  const [whole, fraction] = digits.replace("-", "−").split(".");
  const text = whole.length > 4 ? whole.replace(/(?<=\d)(?=(\d{3})+$)/g, "\u00a0") : whole;
  return fraction ? `${text}.${fraction}` : text;
}

function powerLabel(tick: number): string {
  if (tick === 0) return "0";
  const [mantissa, exponent] = tick.toExponential().split("e");
  const factor = mantissa === "1" ? "" : mantissa === "-1" ? "-" : `${mantissa}×`;
  return `${factor}10^${exponent.replace("+", "")}`.replaceAll("-", "−");
}
