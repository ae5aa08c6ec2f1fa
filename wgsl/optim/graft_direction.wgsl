// What Shampoo's steps take their length from when grafted to Adam without momentum:  s ← β₂s + (1−β₂)g²,  direction = g/(√ŝ + ε)
// ŝ = s·correction2. gradient, second_moment, direction: [length] vec4s. One invocation per 4 entries; dispatch: workgroups of 64
// along x and y. Each entry is independent: same bits on every run.
{{uniform length: u32, beta2: f32, rest2: f32, correction2: f32, epsilon: f32}}
{{read gradient}}
{{update second_moment}}
{{write direction: array<vec4f>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length) { return; }
  let g = gradient(i);
  let s = u.beta2 * second_moment_before(i) + u.rest2 * g * g;
  second_moment[i] = s;
  direction[i] = g / (sqrt(s * u.correction2) + u.epsilon);
}
