// The diagonal factors r by which rows and columns of symmetric matrices S are scaled:
//   scaled = 1: r_i = 1/√S_ii, or 0 where S_ii = 0;  scaled = 0: r_i = 1;  0 for padding
// squares: for each matrix (first vec4, stride in vec4s, size, padded size); s: the matrices; diagonals: [matrices, largest].
// One invocation per 4 rows; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run gives
// the same bits.
{{uniform largest: u32, scaled: u32}}
{{read squares}}
{{read s}}
{{write diagonals: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let square = vec4u(squares(id.z));
  let i = invocation_index(id, groups, 64u);
  if (i >= square.y) { return; }
  var diagonal = vec4f(1.0);
  if (u.scaled == 1u) {
{{for j in 0..4}}
    diagonal[{{j}}] = s(square.x + (i * 4u + {{j}}u) * square.y + i)[{{j}}];
{{end}}
  }
  let exists = vec4u(i * 4u) + vec4u(0u, 1u, 2u, 3u) < vec4u(square.z);
  diagonals[id.z * u.largest / 4u + i] = select(vec4f(), 1.0 / sqrt(diagonal), exists & (diagonal > vec4f()));
}
