// The samples of one batch:  indices[i] = π(first + i),  where π is the epoch's permutation of 0 … count − 1, chosen by the key (permuted.wgsl)
// indices: [rows]. One invocation per index; dispatch: workgroups of 64 along x and y. Integers only: the same on every adapter.
{{uniform rows: u32, first: u32, count: u32, a: u32, b: u32, key0: u32, key1: u32, epoch: u32}}
{{write indices: array<u32>}}
{{include invocation_index}}
{{include permuted}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  if (i < u.rows) { indices[i] = permuted(u.first + i); }
}
