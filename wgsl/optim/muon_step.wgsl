// The end of Muon's step, where scale > 0:  θ ← (1−λη)θ − η scale X;  scale = √max(1, rows/columns), shrink = 1 − λη
// parameters, orthogonal (X): [length] vec4s; scale: one number per vec4. One invocation per 4 entries; dispatch: workgroups of 64
// along x and y. Each entry is independent: same bits on every run.
{{uniform length: u32, learning_rate: f32, shrink: f32}}
{{update parameters}}
{{read orthogonal}}
{{read scale: array<f32>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length || scale[i] == 0.0) { return; }
  parameters[i] = u.shrink * parameters_before(i) - u.learning_rate * scale[i] * orthogonal(i);
}
