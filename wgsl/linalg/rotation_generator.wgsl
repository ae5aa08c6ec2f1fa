// The rotation that makes a symmetric positive semidefinite M more diagonal, to first order:
//   K_ij = sign(M_jj − M_ii) M_ij/(max(M_ii, M_jj) + floor·‖M‖)
// K is skew-symmetric, and no entry exceeds 1 in magnitude. The floor is far above the rounding error of M in f32, so that noise turns
// next to nothing.
// squares: as the snippet each_square_entry declares them; m, k: the matrices, padding 0; norms: [matrices], ‖M‖.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run gives
// the same bits.
{{uniform floor: f32}}
{{read m}}
{{read norms: array<f32>}}
{{write k: array<vec4f>}}
{{include each_square_entry}}

fn entry(at: SquareEntry) {
  let own = m(at.first + at.row * at.stride + at.row / 4u)[at.row % 4u];
  var others = vec4f();
{{for j in 0..4}}
  others[{{j}}] = m(at.first + (at.column * 4u + {{j}}u) * at.stride + at.column)[{{j}}];
{{end}}
  let largest = max(max(vec4f(own), others), vec4f()) + u.floor * norms[at.matrix];
  let entries = sign(others - own) * m(at.index);
  k[at.index] = select(vec4f(), entries / largest, largest > vec4f());
}
