// Rows of matrices divided by their Euclidean norms, where a row of zeros stays zero:  y_i = x_i/‖x_i‖
// The squares are summed of x_i/max|x_ij|, so that no norm leaves the range of f32.
// x, y: vec4s; y does not change outside the matrices. matrices: for each (first vec4, stride in vec4s, rows, 0).
// One invocation per row; dispatch: workgroups of 64 along x and y, matrices along z. A row is summed in its order, in f32: every run gives
// the same bits.
{{read matrices}}
{{read x}}
{{write y: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let matrix = vec4u(matrices(id.z));
  let row = invocation_index(id, groups, 64u);
  if (row >= matrix.z) { return; }
  let first = matrix.x + row * matrix.y;
  var largest = vec4f();
  for (var i = 0u; i < matrix.y; i++) { largest = max(largest, abs(x(first + i))); }
  let scale = max(max(largest.x, largest.y), max(largest.z, largest.w));
  var sum = vec4f();
  for (var i = 0u; i < matrix.y; i++) {
    let entries = x(first + i) / scale;
    sum += entries * entries;
  }
  let norm = sqrt((sum.x + sum.y) + (sum.z + sum.w));
  for (var i = 0u; i < matrix.y; i++) {
    y[first + i] = select(vec4f(), x(first + i) / scale / norm, scale > 0.0);
  }
}
