// a(z) = 1/(1 + e^{−z}), computed from e^{−|z|}, which never overflows
fn value(z: Preactivation) -> vec4f {
  let e = exp(-abs(z[0]));
  return select(e, vec4f(1.0), z[0] >= vec4f()) / (1.0 + e);
}
fn partial_0(z: Preactivation) -> vec4f { let e = exp(-abs(z[0])); return e / ((1.0 + e) * (1.0 + e)); }
fn partial_0_0(z: Preactivation) -> vec4f { return partial_0(z) * (1.0 - 2.0 * value(z)); }
