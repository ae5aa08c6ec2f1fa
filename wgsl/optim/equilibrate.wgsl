// ESGD's preconditioner on a whole vector, before bias correction:  D = √d (damped = 0),  D = √d + ρ √mean(d) (damped = 1)
// (row 2-norms of the Hessian, damped relative to their rms over each segment; means from segment_means.wgsl). average (d),
// preconditioner: [length] vec4s; segment_of: for each vec4 its segment's number, −1 for none. One invocation per 4 entries; dispatch:
// workgroups of 64 along x and y. Each entry is independent: same bits on every run.
{{uniform length: u32, damping: f32}}
{{read average}}
{{for n in 0..damped}}
{{read segment_of: array<i32>}}
{{read means: array<f32>}}
{{end}}
{{write preconditioner: array<vec4f>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length) { return; }
  var damping = 0.0;
{{for n in 0..damped}}
  let segment = segment_of[i];
  if (segment >= 0) { damping = u.damping * sqrt(means[segment]); }
{{end}}
  preconditioner[i] = sqrt(average(i)) + damping;
}
