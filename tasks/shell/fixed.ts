/** A number with so many decimals; ∞ is the PSNR of a perfect fit. */
export function fixed(value: number, digits: number): string {
  return value.toFixed(digits).replace("Infinity", "∞");
}
