// The end of SOAP's step:  θ ← (1−λη)θ − η step, for matrices the step rotated back;  shrink = 1 − λη
// parameters, step, rotated_back: [length] vec4s; matrix: one number per vec4, 1 for matrices. One invocation per 4 entries; dispatch:
// workgroups of 64 along x and y. Each entry is independent: same bits on every run.
{{uniform length: u32, learning_rate: f32, shrink: f32}}
{{update parameters}}
{{read step}}
{{read rotated_back}}
{{read matrix: array<f32>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length) { return; }
  var direction = step(i);
  if (matrix[i] > 0.0) { direction = rotated_back(i); }
  parameters[i] = u.shrink * parameters_before(i) - u.learning_rate * direction;
}
