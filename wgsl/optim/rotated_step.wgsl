// The end of a step in a rotated basis:  θ ← (1−λη)θ − η step;  shrink = 1 − λη
// parameters, step (rotated back): [length] vec4s. One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Each entry is
// independent: same bits on every run.
{{uniform length: u32, learning_rate: f32, shrink: f32}}
{{update parameters}}
{{read step}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length) { return; }
  parameters[i] = u.shrink * parameters_before(i) - u.learning_rate * step(i);
}
