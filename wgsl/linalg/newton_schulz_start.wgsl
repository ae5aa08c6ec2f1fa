// The polynomial of a Newton-Schulz iteration's first step, which also scales X by a bound of its norm:  with S = A²
//   P = s(aI + b s²A + c s⁴S),  s = 1/(safety·‖S‖^{1/4}),  or 0 where S = 0
// ‖S‖^{1/4} = (Σσ⁸)^{1/8} is at least X's largest singular value σ and at most ‖X‖.
// squares: as the snippet each_square_entry declares them; gram (A), s, polynomial (P): the matrices, padding 0; norms:
// [matrices], ‖S‖.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run gives
// the same bits.
{{uniform a: f32, b: f32, c: f32, safety: f32}}
{{read gram}}
{{read s}}
{{read norms: array<f32>}}
{{write polynomial: array<vec4f>}}
{{include each_square_entry}}

fn entry(at: SquareEntry) {
  let norm = norms[at.matrix];
  var scale = 0.0;
  if (norm > 0.0) { scale = 1.0 / (u.safety * sqrt(sqrt(norm))); }
  let two = scale * scale;
  polynomial[at.index] = scale * (u.a * unit_at(at) + two * (u.b * gram(at.index) + u.c * two * s(at.index)));
}
