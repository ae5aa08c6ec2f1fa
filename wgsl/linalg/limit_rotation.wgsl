// Skew-symmetric matrices K made so small that no eigenvalue of KᵀK exceeds a limit:  K ← K min(1, √(limit √2/‖KᵀK‖))
// Eigenvalues of KᵀK come in pairs, so that the largest is at most ‖KᵀK‖/√2.
// squares: for each matrix (first vec4, stride in vec4s, size, padded size); k, limited: the matrices; norms: [matrices], ‖KᵀK‖.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run gives
// the same bits.
{{uniform limit: f32}}
{{read squares}}
{{read k}}
{{read norms: array<f32>}}
{{write limited: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let square = vec4u(squares(id.z));
  let i = invocation_index(id, groups, 64u);
  if (i >= square.y * square.w) { return; }
  let factor = sqrt(u.limit * sqrt(2.0) / max(norms[id.z], u.limit * sqrt(2.0)));
  limited[square.x + i] = k(square.x + i) * factor;
}
