// What turns a basis:  T = I + K min(1, √(limit √2/‖KᵀK‖))  for skew-symmetric K, made so small that no eigenvalue of KᵀK exceeds a limit.
// Eigenvalues of KᵀK come in pairs, so that the largest is at most ‖KᵀK‖/√2.
// squares: for each matrix (first vec4, stride in vec4s, size, padded size); k, turn (T): the matrices, padding 0; norms: [matrices], ‖KᵀK‖.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run gives
// the same bits.
{{uniform limit: f32}}
{{read squares}}
{{read k}}
{{read norms: array<f32>}}
{{write turn: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let square = vec4u(squares(id.z));
  let i = invocation_index(id, groups, 64u);
  let row = i / square.y;
  if (row >= square.w) { return; }
  let factor = sqrt(u.limit * sqrt(2.0) / max(norms[id.z], u.limit * sqrt(2.0)));
  var unit = vec4f();
  if (i % square.y == row / 4u && row < square.z) { unit = vec4f(vec4u(row % 4u) == vec4u(0u, 1u, 2u, 3u)); }
  turn[square.x + i] = unit + k(square.x + i) * factor;
}
