// The starting values of the coupled Newton iteration for (A + ελI)^{−1/4}, where λ is the largest eigenvalue and ε the ridge:
//   M = (A + ελI)/λ,  X = λ^{−1/4} I
// squares: for each matrix (first vec4, stride in vec4s, size, padded size); a, m, x: the matrices, padding 0; eigenvalues: [matrices].
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run gives
// the same bits.
{{uniform ridge: f32}}
{{read squares}}
{{read a}}
{{read eigenvalues: array<f32>}}
{{write m: array<vec4f>}}
{{write x: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let square = vec4u(squares(id.z));
  let i = invocation_index(id, groups, 64u);
  let row = i / square.y;
  if (row >= square.w) { return; }
  let largest = eigenvalues[id.z];
  var unit = vec4f();
  if (i % square.y == row / 4u && row < square.z) { unit = vec4f(vec4u(row % 4u) == vec4u(0u, 1u, 2u, 3u)); }
  m[square.x + i] = a(square.x + i) / largest + u.ridge * unit;
  x[square.x + i] = unit / sqrt(sqrt(largest));
}
