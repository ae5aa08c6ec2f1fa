// A batch drawn from a table whose samples have `group` rows each:
//   batch[n, c] = table[indices[first + ⌊n/group⌋]·group + n mod group, c],  n < rows, c < columns; 0 elsewhere
// indices: sample numbers; table: [samples·group, columns]; batch: [padded_rows, stride].
// One invocation per entry of `batch`; dispatch: workgroups of 64 along x and y. The copy is exact.
{{uniform rows: u32, padded_rows: u32, columns: u32, stride: u32, first: u32, group: u32}}
{{read indices: array<u32>}}
{{read table: array<f32>}}
{{write batch: array<f32>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  let row = i / u.stride;
  let column = i % u.stride;
  if (row >= u.padded_rows) { return; }
  var entry = 0.0;
  if (row < u.rows && column < u.columns) {
    let sample = indices[u.first + row / u.group] * u.group + row % u.group;
    entry = table[sample * u.columns + column];
  }
  batch[i] = entry;
}
