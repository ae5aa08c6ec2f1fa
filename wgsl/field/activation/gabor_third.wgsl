// With w = cos(ωz₀), e = exp(−(s z₁)²) and d = −2s²z₁: w‴ = −ω²w′, e″ = (d² − 2s²)e, e‴ = (d² − 6s²)d e; ω = u.p0, s = u.p1
fn partial_0_0_0(z: Preactivation) -> vec4f { return -u.p0 * u.p0 * partial_0(z); }
fn partial_0_0_1(z: Preactivation) -> vec4f { return -u.p0 * u.p0 * partial_1(z); }
fn partial_0_1_0(z: Preactivation) -> vec4f { return partial_0_0_1(z); }
fn partial_1_0_0(z: Preactivation) -> vec4f { return partial_0_0_1(z); }
fn partial_0_1_1(z: Preactivation) -> vec4f {
  let d = decay(z);
  return select((d * d - 2.0 * u.p1 * u.p1) * partial_0(z), vec4f(), envelope(z) == vec4f());
}
fn partial_1_0_1(z: Preactivation) -> vec4f { return partial_0_1_1(z); }
fn partial_1_1_0(z: Preactivation) -> vec4f { return partial_0_1_1(z); }
fn partial_1_1_1(z: Preactivation) -> vec4f {
  let d = decay(z);
  return select((d * d - 6.0 * u.p1 * u.p1) * d * value(z), vec4f(), envelope(z) == vec4f());
}
