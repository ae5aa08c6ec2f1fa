// The starting values of the coupled Newton iteration for (A + ελI)^{−1/4}, where λ is the largest eigenvalue and ε the ridge:
//   M = (A + ελI)/λ,  X = λ^{−1/4} I
// squares: as the snippet each_square_entry declares them; a, m, x: the matrices, padding 0; eigenvalues: [matrices].
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run gives
// the same bits.
{{uniform ridge: f32}}
{{read a}}
{{read eigenvalues: array<f32>}}
{{write m: array<vec4f>}}
{{write x: array<vec4f>}}
{{include each_square_entry}}

fn entry(at: SquareEntry) {
  let largest = eigenvalues[at.matrix];
  let unit = unit_at(at);
  m[at.index] = a(at.index) / largest + u.ridge * unit;
  x[at.index] = unit / sqrt(sqrt(largest));
}
