// Points of an axis-parallel grid of nx × ny × … points, x fastest:
//   batch[n] = (x, y, z) + spacing·(p mod nx, ⌊p/nx⌋ mod ny, ⌊p/(nx·ny)⌋),  p = first + n, n < rows; 0 elsewhere
// batch: [padded_rows, stride].
// One invocation per row; dispatch: workgroups of 64 along x and y. Rows are independent: every run gives the same bits.
{{uniform rows: u32, padded_rows: u32, stride: u32, first: u32, nx: u32, ny: u32, x: f32, y: f32, z: f32, spacing: f32}}
{{write batch: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = invocation_index(id, groups, 64u);
  if (row >= u.padded_rows) { return; }
  var entry = vec4f();
  if (row < u.rows) {
    let p = u.first + row;
    let place = vec3f(vec3u(p % u.nx, p / u.nx % u.ny, p / (u.nx * u.ny)));
    entry = vec4f(vec3f(u.x, u.y, u.z) + u.spacing * place, 0.0);
  }
  batch[row * (u.stride / 4u)] = entry;
  for (var k = 1u; k < u.stride / 4u; k++) { batch[row * (u.stride / 4u) + k] = vec4f(); }
}
