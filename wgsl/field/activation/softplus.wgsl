// a(z) = log(1 + e^z), computed as max(z, 0) + log(1 + e^{−|z|}), which never overflows. Computing log(1 + e) directly loses a small e
// to rounding, so its series is used for e below 1e−3.
fn value(z: Preactivation) -> vec4f {
  let e = exp(-abs(z[0]));
  let series = e * (1.0 - e * (0.5 - e / 3.0));
  return max(z[0], vec4f()) + select(log(1.0 + e), series, e < vec4f(1e-3));
}
fn partial_0(z: Preactivation) -> vec4f {
  let e = exp(-abs(z[0]));
  return select(e, vec4f(1.0), z[0] >= vec4f()) / (1.0 + e);
}
fn partial_0_0(z: Preactivation) -> vec4f { let e = exp(-abs(z[0])); return e / ((1.0 + e) * (1.0 + e)); }
