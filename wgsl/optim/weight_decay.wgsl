// Decoupled weight decay:  θ ← (1−λη)θ;  shrink = 1 − λη
// parameters: [length] vec4s. One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Each entry is independent: same
// bits on every run.
{{uniform length: u32, shrink: f32}}
{{update parameters}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length) { return; }
  parameters[i] = u.shrink * parameters_before(i);
}
