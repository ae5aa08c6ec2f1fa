// a‴ = (3 − z²/σ²) z/σ⁴ · a, u.p0 = 1/σ²
fn partial_0_0_0(z: Preactivation) -> vec4f {
  let a = value(z);
  return select(u.p0 * u.p0 * z[0] * (3.0 - u.p0 * z[0] * z[0]) * a, vec4f(), a == vec4f());
}
