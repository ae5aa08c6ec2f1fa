// The rows over which a Kronecker factor is summed, with zeros in place of the padding's contents:
//   y_nj = x_n,(first+j) for j < width;  y_nj = 1 for j = width if ones = 1;  0 for all other j, and for n ≥ rows
// x: [≥ rows, stride]; y: [capacity, span].
// One invocation per entry of y; dispatch: workgroups of 64 along x and y. The copy is exact.
{{uniform capacity: u32, rows: u32, stride: u32, first: u32, width: u32, span: u32, ones: u32}}
{{read x: f32}}
{{write y: array<f32>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  let row = i / u.span;
  let j = i % u.span;
  if (row >= u.capacity) { return; }
  var entry = 0.0;
  if (row < u.rows) {
    if (j < u.width) { entry = x(row * u.stride + u.first + j); }
    if (j == u.width && u.ones == 1u) { entry = 1.0; }
  }
  y[i] = entry;
}
