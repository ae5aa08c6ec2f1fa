// The augmented matrices that block elimination starts from, r being a diagonal matrix:
//   [r S r + (shift + relative·size) I | r]
// squares: as the snippet each_square_entry declares them; s: the matrices; diagonals: [matrices, largest], r as
// factor_scale.wgsl computes it; augmented: matrices twice as wide. Of their right halves only the diagonals are written; the other
// entries there must already be 0.
// One invocation per 4 entries of S; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run
// gives the same bits.
{{uniform largest: u32, shift: f32, relative: f32}}
{{read s}}
{{read diagonals}}
{{write augmented: array<vec4f>}}
{{include each_square_entry}}

fn entry(at: SquareEntry) {
  let base = at.matrix * u.largest / 4u;
  let rows = diagonals(base + at.row / 4u);
  let own = at.row % 4u;
  let scale = select(select(select(rows.x, rows.y, own == 1u), rows.z, own == 2u), rows.w, own == 3u);
  var entries = s(at.index) * scale * diagonals(base + at.column);
  let to = (at.first + at.row * at.stride) * 2u + at.column;
  if (at.column == at.row / 4u) {
    entries += (u.shift + u.relative * f32(at.size)) * unit_at(at);
    augmented[to + at.stride] = scale * vec4f(vec4u(own) == vec4u(0u, 1u, 2u, 3u));
  }
  augmented[to] = entries;
}
