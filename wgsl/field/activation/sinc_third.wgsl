// With x = ωz, ω = u.p0: a‴ = −ω³(cos x + 3a″/ω²)/x, which loses accuracy near 0. For |x| < 1 the series Σ(−1)ᵏx²ᵏ/(2k+1)!, differentiated
// three times, is used instead; its first omitted term is below 2e−9.
fn partial_0_0_0(z: Preactivation) -> vec4f {
  let x = u.p0 * z[0];
  let s = x * x;
  let near = x *
    (1.0 / 5.0 + s * (-1.0 / 42.0 + s * (1.0 / 1080.0 + s * (-1.0 / 55440.0 + s / 4717440.0))));
  let distant = select(x, vec4f(1.0), abs(x) < vec4f(1.0));
  let beyond = -(cosine(x) + 3.0 * partial_0_0(z) / (u.p0 * u.p0)) / distant;
  return u.p0 * u.p0 * u.p0 * select(beyond, near, abs(x) < vec4f(1.0));
}
