// The entry point of kernels that do the same for every vec4 of their vectors: it calls `entry(i)` once for each i < u.length.
// The including kernel declares the uniform `length` (in vec4s) and defines `fn entry(i: u32)`.
// One invocation per 4 entries; dispatch: linearGroups(length, 64), workgroups of 64 along x and y.
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  if (i < u.length) { entry(i); }
}
