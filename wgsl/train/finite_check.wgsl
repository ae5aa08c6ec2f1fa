// Watches a vector:  flags[1] ← min(flags[1], step) if an entry is not finite
// data: [length] vec4s. One invocation per 4 entries; dispatch: workgroups of 64 along x and y.
{{uniform length: u32, step: u32}}
{{read data}}
{{write flags: array<atomic<u32>>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length) { return; }
  // Comparisons with NaN may be folded away, bits are not.
  let magnitude = bitcast<vec4u>(data(i)) & vec4u(0x7fffffffu);
  if (any(magnitude >= vec4u(0x7f800000u))) { atomicMin(&flags[1], u.step); }
}
