// The parts of a polynomial p(B) = I + c₁B + c₂B² + c₃B³ + c₄B⁴ with S = B²:
//   low = I + c₁B + c₂S,  high = c₃B + c₄S,  so that  p(B) = low + S high
// squares: as the snippet each_square_entry declares them; b, s, low, high: the matrices, padding 0.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run gives
// the same bits.
{{uniform c1: f32, c2: f32, c3: f32, c4: f32}}
{{read b}}
{{read s}}
{{write low: array<vec4f>}}
{{write high: array<vec4f>}}
{{include each_square_entry}}

fn entry(at: SquareEntry) {
  let entries = b(at.index);
  let powers = s(at.index);
  low[at.index] = unit_at(at) + u.c1 * entries + u.c2 * powers;
  high[at.index] = u.c3 * entries + u.c4 * powers;
}
