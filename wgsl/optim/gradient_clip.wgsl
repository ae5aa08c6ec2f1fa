// A gradient shortened to a largest norm c:  clipped = g·min(1, c/‖g‖)
// gradient, clipped: [length] vec4s; norms[0] = ‖g‖ from norms.wgsl. One invocation per 4 entries; dispatch: workgroups of 64 along x
// and y. Each entry is independent: same bits on every run.
{{uniform length: u32, largest: f32}}
{{read gradient}}
{{read norms: array<f32>}}
{{write clipped: array<vec4f>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length) { return; }
  let norm = norms[0];
  clipped[i] = gradient(i) * select(1.0, u.largest / norm, norm > u.largest);
}
