// ESGD's preconditioner for one segment, before bias correction:  D = √d + ρ √mean(d)
// (row 2-norms of the Hessian, damped relative to their rms over the segment; means[slot] from segment_mean.wgsl)
// average, preconditioner: vec4s from `offset` on. One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Each
// entry is independent: same bits on every run.
{{uniform offset: u32, size: u32, damping: f32, slot: u32}}
{{read average}}
{{read means: array<f32>}}
{{write preconditioner: array<vec4f>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.size) { return; }
  preconditioner[u.offset + i] = sqrt(average(u.offset + i)) + u.damping * sqrt(means[u.slot]);
}
