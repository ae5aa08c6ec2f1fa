// The next vector of an orthonormal basis, from what is left of a vector after the earlier ones were removed:
//   b_count = q = w/‖w‖  (0 where ‖w‖ ≤ least · before[0]),  offDiagonal[count] = ‖w‖
// w, q: [length] vec4s; norms[0] = ‖w‖, as norms.wgsl writes it, and before[0] the length before the removal, or 0; basis: [more than count,
// length] vec4s; offDiagonal: [more than count].
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, count: u32, least: f32}}
{{read w}}
{{read norms: array<f32>}}
{{read before: array<f32>}}
{{write basis: array<vec4f>}}
{{write q: array<vec4f>}}
{{write offDiagonal: array<f32>}}
{{include each_entry}}

fn entry(i: u32) {
  let norm = norms[0];
  var unit = vec4f();
  if (norm > u.least * before[0]) { unit = w(i) / norm; }
  q[i] = unit;
  basis[u.count * u.length + i] = unit;
  if (i == 0u) { offDiagonal[u.count] = norm; }
}
