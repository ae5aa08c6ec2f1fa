// What turns a basis:  T = I + K min(1, √(limit √2/‖KᵀK‖))  for skew-symmetric K, made so small that no eigenvalue of KᵀK exceeds a limit.
// Eigenvalues of KᵀK come in pairs, so that the largest is at most ‖KᵀK‖/√2.
// squares: as the snippet each_square_entry declares them; k, turn (T): the matrices, padding 0; norms: [matrices], ‖KᵀK‖.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run gives
// the same bits.
{{uniform limit: f32}}
{{read k}}
{{read norms: array<f32>}}
{{write turn: array<vec4f>}}
{{include each_square_entry}}

fn entry(at: SquareEntry) {
  let largest = u.limit * sqrt(2.0);
  turn[at.index] = unit_at(at) + k(at.index) * sqrt(largest / max(norms[at.matrix], largest));
}
