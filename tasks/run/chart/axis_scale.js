// @ts-check
/**
 * The range and the ticks of a plot's axis, chosen so that labels are round numbers. It is JavaScript, because browsers get it as it is.
 *
 * @module
 */

/**
 * Whether an axis is linear or logarithmic.
 *
 * @typedef {"linear" | "log"} ScaleType
 */

/**
 * The range and the ticks of an axis.
 *
 * @typedef {object} AxisScale
 * @property {ScaleType} type Whether the axis is linear or logarithmic.
 * @property {number} min The lower end.
 * @property {number} max The upper end, above `min`.
 * @property {readonly number[]} ticks The values at which the axis has ticks, in rising order and within its range.
 * @property {(tick: number) => string} label The text at a tick; an exponent follows a `^`.
 */

/**
 * On a log axis over fewer decades than this, the numbers 1, 2 and 5 times a power of ten would give too few ticks, so they are
 * evenly spaced instead. An axis that may be extended to the next tick needs fewer decades.
 */
const NARROW_DECADES = { tight: 0.9, loose: 0.5 };

/** A tight axis is extended to the next tick if that is no farther than this part of its length. */
const NEAR_TICK = 0.02;

/**
 * Chooses the range and the ticks of an axis.
 *
 * @param {Iterable<number>} values The values to show. Those that are not finite, or not positive on a log axis, are ignored. If there
 * are none, the range is 0 to 1, on a log axis 1 to 10.
 * @param {ScaleType} type Whether the axis is linear or logarithmic.
 * @param {boolean} tight Whether the axis ends with the values (usual for x) instead of at a tick (usual for y).
 * @returns {AxisScale}
 */
export function axisScale(values, type, tight) {
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
 * Whether a value can be shown on an axis.
 *
 * @param {number} value The value.
 * @param {ScaleType} type Whether the axis is linear or logarithmic.
 */
export function isDrawable(value, type) {
  return Number.isFinite(value) && (type === "linear" || value > 0);
}

/**
 * The position of a value on an axis, from 0 at the lower end to 1 at the upper end.
 *
 * @param {AxisScale} scale The axis.
 * @param {number} value A drawable value.
 */
export function positionOn({ type, min, max }, value) {
  return type === "log" ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
}

/**
 * @param {number} low
 * @param {number} high
 * @param {boolean} tight
 * @returns {AxisScale}
 */
function linearScale(low, high, tight) {
  // Shares and sizes that are all 0 have no negative part.
  if (low === 0 && high === 0 && !tight) high = 1;
  if (high - low <= 1e-9 * Math.max(Math.abs(low), Math.abs(high))) {
    const margin = Math.abs(low) * (tight ? 1 : 0.05) || 1;
    [low, high] = [low - margin, high + margin];
  }
  // An axis that would begin near zero begins at zero.
  if (low > 0 && low < 0.15 * high) low = 0;
  const step = roundStep((high - low) / 5);
  const [below, above] = [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
  // Values often end just before a round number, as steps at 4999, so the axis is extended to it.
  const near = NEAR_TICK * (high - low);
  const min = tight && low - below > near ? low : below;
  const max = tight && above - high > near ? high : above;
  return { type: "linear", min, max, ticks: multiples(step, min, max), label: numberLabel(step, min, max) };
}

/**
 * @param {number} low
 * @param {number} high
 * @param {boolean} tight
 * @returns {AxisScale}
 */
function logScale(low, high, tight) {
  if (high / low < 1 + 1e-9) [low, high] = [low / 2, high * 2];
  const decades = Math.log10(high / low);
  if (decades < (tight ? NARROW_DECADES.tight : NARROW_DECADES.loose)) {
    const scale = linearScale(low, high, tight);
    const [min, max] = scale.min > 0 ? [scale.min, scale.max] : [low, scale.max];
    return { ...scale, type: "log", min, max, ticks: scale.ticks.filter((tick) => tick >= min) };
  }
  const factors = decades < 2.5 ? [1, 2, 5] : [1];
  const stride = Math.max(1, Math.ceil(decades / 7));
  /** @type {number[]} */
  const all = [];
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.ceil(Math.log10(high) - 1e-9);
  for (let power = first; power <= last; power += stride) {
    for (const factor of factors) all.push(Number(`${factor}e${power}`));
  }
  const min = tight ? low : all.findLast((tick) => tick <= low * (1 + 1e-9)) ?? low;
  const max = tight ? high : all.find((tick) => tick >= high * (1 - 1e-9)) ?? high;
  const ticks = all.filter((tick) => tick >= min * (1 - 1e-9) && tick <= max * (1 + 1e-9));
  const plain = ticks.every((tick) => tick >= 1e-3 && tick < 1e5);
  return { type: "log", min, max, ticks, label: plain ? plainLabel : powerLabel };
}

/**
 * The next number of the form 1, 2, 2.5, 5 or 10 times a power of ten.
 *
 * @param {number} rough
 */
function roundStep(rough) {
  const power = Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * 10 ** power >= rough * (1 - 1e-9)) ?? 10;
  return Number(`${factor}e${power}`);
}

/**
 * @param {number} step
 * @param {number} min
 * @param {number} max
 */
function multiples(step, min, max) {
  /** @type {number[]} */
  const ticks = [];
  for (let count = Math.ceil(min / step - 1e-9); count * step <= max + 1e-9 * step; count++) {
    // Rounded to decimal digits, because 3 · 0.1 is not exactly 0.3.
    ticks.push(Number((count * step).toPrecision(12)));
  }
  return ticks;
}

/**
 * @param {number} step
 * @param {number} min
 * @param {number} max
 * @returns {(tick: number) => string}
 */
function numberLabel(step, min, max) {
  const largest = Math.max(Math.abs(min), Math.abs(max));
  if (largest < 1e-3 || largest >= 1e7) return powerLabel;
  const digits = decimals(step);
  return (tick) => grouped(tick.toFixed(digits));
}

/** @param {number} step */
function decimals(step) {
  return (Number(step.toPrecision(12)).toString().split(".")[1] ?? "").length;
}

/** @param {number} tick */
function plainLabel(tick) {
  return grouped(String(tick));
}

/**
 * Groups digits by non-breaking spaces, 20000 as 20 000, and uses the minus sign.
 *
 * @param {string} digits
 */
export function grouped(digits) {
  const [whole, fraction] = digits.replace("-", "−").split(".");
  const text = whole.length > 4 ? whole.replace(/(?<=\d)(?=(\d{3})+$)/g, "\u00a0") : whole;
  return fraction ? `${text}.${fraction}` : text;
}

/** @param {number} tick */
function powerLabel(tick) {
  if (tick === 0) return "0";
  const [mantissa, exponent] = tick.toExponential().split("e");
  const factor = mantissa === "1" ? "" : mantissa === "-1" ? "-" : `${mantissa}×`;
  return `${factor}10^${exponent.replace("+", "")}`.replaceAll("-", "−");
}
