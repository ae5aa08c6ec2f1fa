// The augmented matrices that block elimination starts from, r being a diagonal matrix:
//   [r S r + (shift + relative·size) I | r]
// squares: for each matrix (first vec4, stride in vec4s, size, padded size); s: the matrices; diagonals: [matrices, largest], r as
// factor_scale.wgsl computes it; augmented: matrices twice as wide. Of their right halves only the diagonals are written; the other
// entries there must already be 0.
// One invocation per 4 entries of S; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run
// gives the same bits.
{{uniform largest: u32, shift: f32, relative: f32}}
{{read squares}}
{{read s}}
{{read diagonals}}
{{write augmented: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let square = vec4u(squares(id.z));
  let i = invocation_index(id, groups, 64u);
  let row = i / square.y;
  let column = i % square.y;
  if (row >= square.w) { return; }
  let base = id.z * u.largest / 4u;
  let rows = diagonals(base + row / 4u);
  let own = row % 4u;
  let scale = select(select(select(rows.x, rows.y, own == 1u), rows.z, own == 2u), rows.w, own == 3u);
  var entries = s(square.x + i) * scale * diagonals(base + column);
  let at = square.x * 2u + row * square.y * 2u + column;
  if (column == row / 4u) {
    let unit = vec4f(vec4u(own) == vec4u(0u, 1u, 2u, 3u));
    if (row < square.z) { entries += (u.shift + u.relative * f32(square.z)) * unit; }
    augmented[at + square.y] = scale * unit;
  }
  augmented[at] = entries;
}
