/** The sRGB transfer function (IEC 61966-2-1), clamped to [0, 1]. */
export function encodeSrgb(linear: number): number {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.min(1, Math.max(0, value));
}

/** The inverse of the sRGB transfer function, for values in [0, 1]. */
export function decodeSrgb(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
