// Random numbers in one segment of a vector (see the snippet random_entries); padding becomes 0.
// data: the segment begins at vec4 `offset` and takes `size` vec4s: [rows, stride], of which [rows, columns] are not padding.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every adapter gives the same bits,
// except for normal numbers, where logarithm and cosine are as exact as the adapter's.
{{uniform key0: u32, key1: u32, step: u32, offset: u32, size: u32, rows: u32, columns: u32, stride: u32, flat: u32, bound: f32}}
{{write data: array<vec4f>}}
{{include invocation_index}}
{{include random_entries}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  if (i >= u.size) { return; }
  let width = u.stride / 4u;
  data[u.offset + i] = random_entries(i / width, i % width * 4u, Place(u.rows, u.columns, u.flat));
}
