// Folds one Hessian-vector product h = Hv into a running estimate of curvature:
//   mean:     a ← β₂a + (1−β₂)e        maximum: a ← max(β₂a, e)
//   squared:  e = h²                   signed:  e = v ⊙ h                  absolute: e = |h|
// average, product, direction (signed only; its padding is 0): [length] vec4s. One invocation per 4 entries; dispatch: workgroups of
// 64 along x and y. Each entry is independent: same bits on every run.
{{uniform length: u32, beta2: f32, rest2: f32}}
{{update average}}
{{read product}}
{{for k in 0..directions}}
{{read direction}}
{{end}}

fn squared(h: vec4f, v: vec4f) -> vec4f { return h * h; }
fn signed(h: vec4f, v: vec4f) -> vec4f { return v * h; }
fn absolute(h: vec4f, v: vec4f) -> vec4f { return abs(h); }
fn mean(a: vec4f, e: vec4f) -> vec4f { return u.beta2 * a + u.rest2 * e; }
fn maximum(a: vec4f, e: vec4f) -> vec4f { return max(u.beta2 * a, e); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length) { return; }
  var v = vec4f();
{{for k in 0..directions}}
  v = direction(i);
{{end}}
  average[i] = {{fold}}(average_before(i), {{estimate}}(product(i), v));
}
