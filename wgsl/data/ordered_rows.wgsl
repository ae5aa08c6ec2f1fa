// A batch drawn from one or two tables in the order of an epoch:
//   batch_t[n, c] = table_t[π(first + n), c],  n < rows, c < columns_t; 0 elsewhere;  t < tables
// π is the epoch's permutation of all samples, chosen by the key (permuted.wgsl). table_t: [samples, columns_t]; batch_t: [padded_rows, stride_t].
// One invocation per row; dispatch: workgroups of 64 along x and y. The copy is exact.
{{uniform rows: u32, padded_rows: u32, columns0: u32, stride0: u32, columns1: u32, stride1: u32, first: u32, count: u32, a: u32, b: u32, key0: u32, key1: u32, epoch: u32}}
{{for t in 0..tables}}
{{read table{{t}}: array<f32>}}
{{write batch{{t}}: array<f32>}}
{{end}}
{{include invocation_index}}
{{include permuted}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = invocation_index(id, groups, 64u);
  if (row >= u.padded_rows) { return; }
  let exists = row < u.rows;
  var sample = 0u;
  if (exists) { sample = permuted(u.first + row); }
{{for t in 0..tables}}
  for (var c = 0u; c < u.stride{{t}}; c++) {
    var entry = 0.0;
    if (exists && c < u.columns{{t}}) { entry = table{{t}}[sample * u.columns{{t}} + c]; }
    batch{{t}}[row * u.stride{{t}} + c] = entry;
  }
{{end}}
}
