// a(z₀, z₁) = cos(ωz₀)·exp(−(s z₁)²), ω = u.p0, s = u.p1 (Saragadam et al. 2023, real part)
{{include sine}}
{{include decaying_exp}}
fn envelope(z: Preactivation) -> vec4f { let t = u.p1 * z[1]; return decaying_exp(-t * t); }
fn wave(z: Preactivation) -> vec4f { return cosine(u.p0 * z[0]); }
fn slope(z: Preactivation) -> vec4f { return -u.p0 * sine(u.p0 * z[0]); }
fn decay(z: Preactivation) -> vec4f { return -2.0 * u.p1 * u.p1 * z[1]; }
fn value(z: Preactivation) -> vec4f { return wave(z) * envelope(z); }
fn partial_0(z: Preactivation) -> vec4f { return slope(z) * envelope(z); }
fn partial_1(z: Preactivation) -> vec4f { return decay(z) * value(z); }
fn partial_0_0(z: Preactivation) -> vec4f { return -u.p0 * u.p0 * value(z); }
fn partial_0_1(z: Preactivation) -> vec4f { return decay(z) * partial_0(z); }
fn partial_1_0(z: Preactivation) -> vec4f { return partial_0_1(z); }
fn partial_1_1(z: Preactivation) -> vec4f {
  let d = decay(z);
  return select((d * d - 2.0 * u.p1 * u.p1) * value(z), vec4f(), envelope(z) == vec4f());
}
