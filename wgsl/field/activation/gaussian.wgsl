// a(z) = exp(−z²/2σ²), u.p0 = 1/σ² (Ramasinghe & Lucey 2022)
{{include decaying_exp}}
fn value(z: Preactivation) -> vec4f { return decaying_exp(-0.5 * u.p0 * z[0] * z[0]); }
fn partial_0(z: Preactivation) -> vec4f { return -u.p0 * z[0] * value(z); }
fn partial_0_0(z: Preactivation) -> vec4f {
  let a = value(z);
  return select(u.p0 * (u.p0 * z[0] * z[0] - 1.0) * a, vec4f(), a == vec4f());
}
