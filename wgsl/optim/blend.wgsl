// A running mean:  average ← keep·average + share·x
// average, x: [length] vec4s. One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Each entry is independent: same
// bits on every run.
{{uniform length: u32, keep: f32, share: f32}}
{{update average}}
{{read x}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length) { return; }
  average[i] = u.keep * average_before(i) + u.share * x(i);
}
