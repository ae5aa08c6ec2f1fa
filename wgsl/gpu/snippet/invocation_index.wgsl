// The linear index of an invocation in a dispatch whose workgroups `linearGroups` has spread along x and y:
//   i = x + y·(workgroups along x)·size
// id, groups: the builtins global_invocation_id and num_workgroups; size: invocations of a workgroup, which extends along x.
// The last workgroups may contain more invocations than there are entries, so the kernel must compare i with the number of entries.
fn invocation_index(id: vec3u, groups: vec3u, size: u32) -> u32 { return id.x + id.y * groups.x * size; }
