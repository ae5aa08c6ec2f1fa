// The rotation that makes a symmetric positive semidefinite M more diagonal, to first order:
//   K_ij = sign(M_jj − M_ii) M_ij/(max(M_ii, M_jj) + floor·‖M‖)
// K is skew-symmetric, and no entry exceeds 1 in magnitude. The floor is far above the rounding error of M in f32, so that noise turns
// next to nothing.
// squares: for each matrix (first vec4, stride in vec4s, size, padded size); m, k: the matrices, padding 0; norms: [matrices], ‖M‖.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run gives
// the same bits.
{{uniform floor: f32}}
{{read squares}}
{{read m}}
{{read norms: array<f32>}}
{{write k: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let square = vec4u(squares(id.z));
  let i = invocation_index(id, groups, 64u);
  let row = i / square.y;
  let column = i % square.y;
  if (row >= square.w) { return; }
  let own = m(square.x + row * square.y + row / 4u)[row % 4u];
  var others = vec4f();
{{for j in 0..4}}
  others[{{j}}] = m(square.x + (column * 4u + {{j}}u) * square.y + column)[{{j}}];
{{end}}
  let largest = max(max(vec4f(own), others), vec4f()) + u.floor * norms[id.z];
  let entries = sign(others - own) * m(square.x + i);
  k[square.x + i] = select(vec4f(), entries / largest, largest > vec4f());
}
