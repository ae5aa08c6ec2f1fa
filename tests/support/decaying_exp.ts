/** exp(x) in f64 with the cut of `wgsl/gpu/snippet/decaying_exp.wgsl`. */
export function decayingExp(x: number): number {
  return x > -64 * Math.LN2 ? Math.exp(x) : 0;
}
