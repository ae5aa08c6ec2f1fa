// A diagonal preconditioner D as an optimizer's step divides by it, and its inverse root:
//   D = Mᵏ + ε,  inverse_root = D^−½;   `magnitude` is root: M = √â;  absolute: M = |â|
// â = a·correction; k is the Hessian power. estimate (a), diagonal (D), inverse_root: [length] vec4s.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, correction: f32, power: f32, epsilon: f32}}
{{read estimate}}
{{write diagonal: array<vec4f>}}
{{write inverse_root: array<vec4f>}}
{{include each_entry}}

fn root(a: vec4f) -> vec4f { return sqrt(a); }
fn absolute(a: vec4f) -> vec4f { return abs(a); }

fn entry(i: u32) {
  var m = {{magnitude}}(estimate(i) * u.correction);
  // pow() is less accurate than leaving the number alone, and may return anything for 0⁰.
  if (u.power == 0.0) { m = vec4f(1.0); } else if (u.power != 1.0) { m = pow(m, vec4f(u.power)); }
  let d = m + u.epsilon;
  diagonal[i] = d;
  inverse_root[i] = 1.0 / sqrt(d);
}
