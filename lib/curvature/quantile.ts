/** The quantile of sorted numbers, interpolated linearly between neighbours; NaN of none. */
export function quantileOf(sorted: Float64Array, quantile: number): number {
  if (sorted.length === 0) return NaN;
  const place = quantile * (sorted.length - 1);
  const below = Math.floor(place);
  const next = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[next] - sorted[below]);
}
