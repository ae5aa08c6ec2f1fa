/** "1.7 (1.5 to 1.9)": the geometric mean of factors and, of several, the range. */
export function factorText(factors: readonly number[]): string {
  const centre = Math.exp(factors.reduce((sum, each) => sum + Math.log(each), 0) / factors.length);
  return factors.length > 1 ? `${short(centre)} (${rangeText(factors, 2)})` : short(centre);
}

/** "1.5 to 1.9", or the number if there is one only. */
export function rangeText(numbers: readonly number[], digits: number): string {
  const ends = numbers.length > 1 ? [Math.min(...numbers), Math.max(...numbers)] : numbers;
  return ends.map((end) => short(end, digits)).join(" to ");
}

function short(number: number, digits = 2): string {
  const size = Math.abs(number);
  const isPlain = size === 0 || size >= 1e-3 && size < 1e5 || !Number.isFinite(number);
  return isPlain ? `${Number(number.toPrecision(digits))}` : number.toExponential(digits - 1);
}
