/** The powers of ten that 64-bit floats represent exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** A whole number below this, of which no digit is lost. */
const EXACT = 2 ** 53;

/**
 * Parses a decimal number, such as `-1`, `+.5`, `2.` or `1e-3`, with correct rounding. Other spellings that JavaScript accepts,
 * such as `0x10`, are no decimal numbers.
 *
 * @param bytes Holds the number in ASCII.
 * @param from The position of its first byte.
 * @param end The position after its last byte.
 * @returns The number, which is infinite if it is too large for 64 bits, or NaN if any part of the bytes does not belong to a number.
 */
export function decimalOf(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  const negative = bytes[at] === 45;
  if (negative || bytes[at] === 43) at++;
  let [digits, fraction, mantissa] = [0, 0, 0];
  for (let digit; at < end && (digit = bytes[at] - 48) >= 0 && digit <= 9; at++, digits++) {
    mantissa = 10 * mantissa + digit;
  }
  if (at < end && bytes[at] === 46) {
    at++;
    for (let digit; at < end && (digit = bytes[at] - 48) >= 0 && digit <= 9; at++, digits++, fraction++) {
      mantissa = 10 * mantissa + digit;
    }
  }
  if (digits === 0) return NaN;
  let exponent = 0;
  if (at < end && (bytes[at] | 32) === 101) {
    const below = bytes[++at] === 45;
    if (below || bytes[at] === 43) at++;
    const first = at;
    for (let digit; at < end && (digit = bytes[at] - 48) >= 0 && digit <= 9; at++) exponent = 10 * exponent + digit;
    if (at === first) return NaN;
    if (below) exponent = -exponent;
  }
  if (at !== end) return NaN;
  const power = exponent - fraction;
  // One rounding of two exact numbers gives the nearest result. Otherwise JavaScript does the work.
  if (mantissa >= EXACT || power > 22 || power < -22) return Number(textOf(bytes, from, end));
  const size = power < 0 ? mantissa / POWERS[-power] : mantissa * POWERS[power];
  return negative ? -size : size;
}

/** The bytes as a text in Latin-1. */
export function textOf(bytes: Uint8Array, from: number, end: number): string {
  if (end - from > 32) return latin1.decode(bytes.subarray(from, end));
  let text = "";
  for (let i = from; i < end; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

const latin1 = new TextDecoder("latin1");
