// A running estimate of curvature, into which one Hessian-vector product h = Hv is folded:
//   `fold` is mean:        a ← β₂a + (1−β₂)e;   maximum: a ← max(β₂a, e)
//   `estimate` is squared: e = h²;              signed: e = v ⊙ h (with `directed`);      absolute: e = |h|
// average (a), product (h), direction (v, whose padding is 0; only with `directed`): [length] vec4s.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, beta2: f32, rest2: f32}}
{{update average}}
{{read product}}
{{if directed}}
{{read direction}}
{{end}}
{{include each_entry}}

fn squared(h: vec4f, v: vec4f) -> vec4f { return h * h; }
fn signed(h: vec4f, v: vec4f) -> vec4f { return v * h; }
fn absolute(h: vec4f, v: vec4f) -> vec4f { return abs(h); }
fn mean(a: vec4f, e: vec4f) -> vec4f { return u.beta2 * a + u.rest2 * e; }
fn maximum(a: vec4f, e: vec4f) -> vec4f { return max(u.beta2 * a, e); }

fn entry(i: u32) {
  var v = vec4f();
{{if directed}}
  v = direction(i);
{{end}}
  average[i] = {{fold}}(average_before(i), {{estimate}}(product(i), v));
}
