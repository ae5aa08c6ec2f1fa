// The pixel centres of one batch as (row, column), where both axes span [−1, 1] inclusive and an axis of one pixel is 0:
//   batch[n] = (2·⌊p/width⌋/(height−1) − 1, 2·(p mod width)/(width−1) − 1),  p = indices[first + n], n < rows; 0 elsewhere
// indices: pixel numbers; batch: [padded_rows, stride].
// One invocation per row; dispatch: workgroups of 64 along x and y. Rows are independent: every run gives the same bits.
{{uniform rows: u32, padded_rows: u32, width: u32, height: u32, stride: u32, first: u32}}
{{read indices: array<u32>}}
{{write batch: array<vec4f>}}
{{include invocation_index}}

fn position(i: u32, count: u32) -> f32 {
  // Both ends are exact, and the middle of an odd count is 0.
  return select((2.0 * f32(i) - f32(count - 1u)) / f32(max(count, 2u) - 1u), 0.0, count == 1u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = invocation_index(id, groups, 64u);
  if (row >= u.padded_rows) { return; }
  var entry = vec4f();
  if (row < u.rows) {
    let pixel = indices[u.first + row];
    entry = vec4f(position(pixel / u.width, u.height), position(pixel % u.width, u.width), 0.0, 0.0);
  }
  batch[row * u.stride / 4u] = entry;
  for (var q = 1u; q < u.stride / 4u; q++) { batch[row * u.stride / 4u + q] = vec4f(); }
}
