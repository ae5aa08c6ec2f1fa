// An activation over one layer:  A = a(Z)
// z: [rows, maps, width]; a: [rows, width]. The width is padded to a multiple of 16; only `real` columns are not padding. The padding
// becomes 0 even if a(0) is not 0, so that padded parameters have no gradient.
// One invocation per 4 entries of a; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform rows: u32, width: u32, real: u32, p0: f32, p1: f32}}
{{read z}}
{{write a}}
{{include each_preactivation}}

fn entry(i: u32, first: u32, at: Preactivation) {
  let exists = i % (u.width / 4u) * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(u.real);
  write_a(i, select(vec4f(), value(at), exists));
}
