// The loss that pointwise.wgsl includes, for a logit y and a target t in [0, 1]:
//   ℓ(y, t) = softplus(y) − t y = max(y, 0) − t y + log(1 + e^{−|y|})
// In this form nothing overflows. Computing log(1 + e) directly loses a small e to rounding, so its series is used for e below 1e−3.
{{include decaying_exp}}
fn sigmoid(y: vec4f) -> vec4f { let e = decaying_exp(-abs(y)); return select(e, vec4f(1.0), y >= vec4f()) / (1.0 + e); }
fn loss(y: vec4f, t: vec4f) -> vec4f {
  let e = decaying_exp(-abs(y));
  let series = e * (1.0 - e * (0.5 - e / 3.0));
  return select(y, vec4f(), y <= vec4f()) - t * y + select(log(1.0 + e), series, e < vec4f(1e-3));
}
fn first(y: vec4f, t: vec4f) -> vec4f { return sigmoid(y) - t; }
fn second(y: vec4f, t: vec4f) -> vec4f { let e = decaying_exp(-abs(y)); return e / ((1.0 + e) * (1.0 + e)); }
