// The pixel centres of one batch as (row, column), where both axes span [−1, 1] inclusive and an axis of one pixel is 0:
//   places[n] = (2·⌊p/width⌋/(height−1) − 1, 2·(p mod width)/(width−1) − 1),  p = indices[first + n], n < rows; 0 elsewhere
//   with `ordered`: p = π(first + n), where π is the epoch's permutation of all pixels, chosen by the key (permuted.wgsl)
//   with `colours`: targets[n, c] = picture[p, c], c < channels
// indices: pixel numbers; places: [padded_rows, stride]; picture: [pixels, channels]; targets: [padded_rows, target_stride].
// One invocation per row; dispatch: workgroups of 64 along x and y. Rows are independent: every run gives the same bits.
{{if ordered}}
{{uniform rows: u32, padded_rows: u32, width: u32, height: u32, stride: u32, first: u32, channels: u32, target_stride: u32, count: u32, a: u32, b: u32, key0: u32, key1: u32, epoch: u32}}
{{include permuted}}
{{else}}
{{uniform rows: u32, padded_rows: u32, width: u32, height: u32, stride: u32, first: u32, channels: u32, target_stride: u32}}
{{read indices: array<u32>}}
{{end}}
{{write places: array<vec4f>}}
{{if colours}}
{{read picture: array<f32>}}
{{write targets: array<vec4f>}}
{{end}}
{{include invocation_index}}

fn position(i: u32, count: u32) -> f32 {
  // Both ends are exact, and the middle of an odd count is 0.
  return select((2.0 * f32(i) - f32(count - 1u)) / f32(max(count, 2u) - 1u), 0.0, count == 1u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = invocation_index(id, groups, 64u);
  if (row >= u.padded_rows) { return; }
  var place = vec4f();
{{if colours}}
  var colour = vec4f();
{{end}}
  if (row < u.rows) {
{{if ordered}}
    let pixel = permuted(u.first + row);
{{else}}
    let pixel = indices[u.first + row];
{{end}}
    place = vec4f(position(pixel / u.width, u.height), position(pixel % u.width, u.width), 0.0, 0.0);
{{if colours}}
    for (var c = 0u; c < u.channels; c++) { colour[c] = picture[pixel * u.channels + c]; }
{{end}}
  }
  places[row * u.stride / 4u] = place;
  for (var q = 1u; q < u.stride / 4u; q++) { places[row * u.stride / 4u + q] = vec4f(); }
{{if colours}}
  targets[row * u.target_stride / 4u] = colour;
  for (var q = 1u; q < u.target_stride / 4u; q++) { targets[row * u.target_stride / 4u + q] = vec4f(); }
{{end}}
}
