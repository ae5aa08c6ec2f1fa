// Rows of matrices divided by their Euclidean norms, where a row of zeros stays zero:  y_i = x_i/‖x_i‖
// x, y: vec4s; y does not change outside the matrices. matrices: for each (first vec4, stride in vec4s, rows, 0).
// One invocation per row; dispatch: workgroups of 64 along x and y, matrices along z. The order of the sums is fixed (unit_row.wgsl): every
// run gives the same bits.
{{read matrices}}
{{read x}}
{{write y: array<vec4f>}}
{{include invocation_index}}
{{include unit_row}}

fn entries_at(i: u32) -> vec4f { return x(i); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let matrix = vec4u(matrices(id.z));
  let row = invocation_index(id, groups, 64u);
  if (row >= matrix.z) { return; }
  let first = matrix.x + row * matrix.y;
  let norm = row_norm(first, matrix.y);
  for (var i = 0u; i < matrix.y; i++) { y[first + i] = unit_row(norm, x(first + i)); }
}
