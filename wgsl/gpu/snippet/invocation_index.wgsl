// The number of an invocation among all of a dispatch that `linearGroups` has laid out along x and y:  i = x + y·(workgroups along x)·size
// id, groups: the builtins global_invocation_id and num_workgroups; size: invocations of a workgroup, which extends along x.
// The last workgroups may go beyond what there is to do, so that the kernel compares i with the number of its entries.
fn invocation_index(id: vec3u, groups: vec3u, size: u32) -> u32 { return id.x + id.y * groups.x * size; }
