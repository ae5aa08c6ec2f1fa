// The parts of a Newton-Schulz iteration's polynomial of degree 17 in X, which also divides X by a bound of its norm:  with S = A²
//   U = s^{1/4}(k₂ s⁴S + k₁ s²A),  E = s^{1/2}(e₂ s⁴S + e₁ s²A + e₀I),  G = s(g₂ s⁴S + g₁ s²A + g₀I),  so that P = (U² + E)² + G
// s = 1/(safety·‖S‖^{1/4}), or 0 where S = 0: ‖S‖^{1/4} = (Σσ⁸)^{1/8} is at least X's largest singular value σ and at most ‖X‖.
// squares: as the snippet each_square_entry declares them; gram (A), s, bent (U), inner (E), outer (G): the matrices, padding
// 0; norms: [matrices], ‖S‖; coefficients: (k₁, k₂, 0, 0), (e₀, e₁, e₂, 0), (g₀, g₁, g₂, 0).
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run gives
// the same bits.
{{uniform safety: f32}}
{{read gram}}
{{read s}}
{{read norms: array<f32>}}
{{read coefficients}}
{{write bent: array<vec4f>}}
{{write inner: array<vec4f>}}
{{write outer: array<vec4f>}}
{{include each_square_entry}}
{{include newton_schulz_part}}

fn entry(at: SquareEntry) {
  let scale = part_scale(norms[at.matrix], u.safety);
  let unit = unit_at(at);
  let one = gram(at.index);
  let two = s(at.index);
  bent[at.index] = sqrt(sqrt(scale)) * part(coefficients(0u), scale, unit, one, two);
  inner[at.index] = sqrt(scale) * part(coefficients(1u), scale, unit, one, two);
  outer[at.index] = scale * part(coefficients(2u), scale, unit, one, two);
}
