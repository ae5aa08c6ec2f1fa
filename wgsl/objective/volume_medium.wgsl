// Absorption and emission of light in one interval of a ray (docs/math.md, section 4), for plain or dual numbers:
//   optical depth τ = distance·softplus(d), transmittance e^{−τ}, opacity 1 − e^{−τ}, colour σ(k), and dτ/dd = distance·σ(d)
// Expects the type `Number` (real_number.wgsl or dual_number.wgsl). Nothing overflows, because softplus(d) is computed as
// max(d, 0) + log(1 + e^{−|d|}). If e^{−|d|} or τ is small, a series is used, so that thin intervals do not lose accuracy. A large τ
// gives an opacity of exactly 1 and a transmittance of exactly 0.
fn sigma(x: f32) -> f32 { let e = exp(-abs(x)); return select(e, 1.0, x >= 0.0) / (1.0 + e); }
fn sigma_slope(x: f32) -> f32 { let e = exp(-abs(x)); return e / ((1.0 + e) * (1.0 + e)); }
fn logistic(x: Number) -> Number { let p = primal(x); return chain(sigma(p), sigma_slope(p), x); }
fn logistic_slope(x: Number) -> Number {
  let p = primal(x);
  let slope = sigma_slope(p);
  return chain(slope, slope * (1.0 - 2.0 * sigma(p)), x);
}
fn softplus(x: Number) -> Number {
  let p = primal(x);
  let e = exp(-abs(p));
  let tail = select(log(1.0 + e), e * (1.0 - e * (0.5 - e / 3.0)), e < 1e-3);
  return chain(max(p, 0.0) + tail, sigma(p), x);
}
fn transmittance(depth: Number) -> Number { let a = exp(-primal(depth)); return chain(a, -a, depth); }
fn opacity(depth: Number) -> Number {
  let t = primal(depth);
  let series = t * (1.0 - t / 2.0 * (1.0 - t / 3.0 * (1.0 - t / 4.0 * (1.0 - t / 5.0 * (1.0 - t / 6.0)))));
  let a = exp(-t);
  return chain(select(1.0 - a, series, t < 0.25), a, depth);
}
