// A gradient shortened to a largest norm c:  clipped = g·min(1, c/‖g‖)
// gradient (g), clipped: [length] vec4s; norms[0] = ‖g‖, as norms.wgsl writes it; largest: c.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, largest: f32}}
{{read gradient}}
{{read norms: array<f32>}}
{{write clipped: array<vec4f>}}
{{include each_entry}}

fn entry(i: u32) {
  let norm = norms[0];
  clipped[i] = gradient(i) * select(1.0, u.largest / norm, norm > u.largest);
}
