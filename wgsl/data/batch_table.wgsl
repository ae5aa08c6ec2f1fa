// A batch from a table of samples of `group` rows each:
//   batch[n, c] = table[indices[first + ⌊n/group⌋]·group + n mod group, c],  n < rows, c < columns; 0 elsewhere
// table: [samples·group, columns]; batch: [padded_rows, stride]. One invocation an entry of `batch`; dispatch: workgroups of 64
// along x and y.
{{uniform rows: u32, padded_rows: u32, columns: u32, stride: u32, first: u32, group: u32}}
{{read indices: array<u32>}}
{{read table: array<f32>}}
{{write batch: array<f32>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
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
