// Folds one Hessian-vector product into the running mean of squares:  d ← β₂d + (1−β₂)h²
// average, product: [length] vec4s. One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Each entry is
// independent: same bits on every run.
{{uniform length: u32, beta2: f32, rest2: f32}}
{{update average}}
{{read product}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length) { return; }
  let h = product(i);
  average[i] = u.beta2 * average_before(i) + u.rest2 * h * h;
}
