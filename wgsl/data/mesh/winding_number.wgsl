// Generalised winding numbers by a hierarchy (Barill, Dickson, Schmidt, Levin & Jacobson 2018, "Fast winding numbers for soups
// and clouds"). w(q) is the sum of Ω_t(q)/4π over the triangles near q and, over groups of triangles that are far from q, of the
// Taylor expansion about the group's centre p, where r = p − q:
//   N·r/|r|³ − 3 rᵀMr/|r|⁵
// Only the symmetric traceless part of M counts, because the kernel's gradient I/|r|³ − 3rrᵀ/|r|⁵ is symmetric and has no trace.
// Ω is computed after van Oosterom & Strackee 1983.
// tree: [nodes, 3] vec4s in heap order (see winding_tree.ts); points: [count, stride], x, y and z first; labels: [rows,
// label_stride]: entry 0 of row n becomes w, or where labelled = 1 whether w > threshold (1 or 0); all other entries become 0.
// One invocation per row; dispatch: workgroups of 64 along x and y. Each point adds its terms in depth-first order, in f32: every
// run gives the same bits.
{{uniform count: u32, rows: u32, stride: u32, label_stride: u32, labelled: u32, nodes: u32, threshold: f32}}
{{read tree}}
{{read points}}
{{write labels: array<vec4f>}}
{{include invocation_index}}

fn solid_angle(a: vec3f, b: vec3f, c: vec3f) -> f32 {
  let la = length(a);
  let lb = length(b);
  let lc = length(c);
  let below = la * lb * lc + dot(a, b) * lc + dot(b, c) * la + dot(c, a) * lb;
  let above = dot(a, cross(b, c));
  // atan2(0, 0) is not specified: q lies at a corner, where the angle has no value.
  return select(2.0 * atan2(above, below), 0.0, above == 0.0);
}

fn winding_number(q: vec3f) -> f32 {
  var sum = 0.0;
  var node = 1u;
  loop {
    let first = tree(3u * node);
    let second = tree(3u * node + 1u);
    let third = tree(3u * node + 2u);
    let r = first.xyz - q;
    let square = dot(r, r);
    let settled = square > first.w;
    var term = 0.0;
    if (first.w < 0.0) {
      term = solid_angle(r, second.xyz - q, third.xyz - q) * 0.07957747154594767;
    } else {
      let inverse = inverseSqrt(max(square, 1e-30));
      let inverse2 = inverse * inverse;
      let m_r = vec3f(
        second.w * r.x + third.y * r.y + third.z * r.z,
        third.y * r.x + third.x * r.y + third.w * r.z,
        third.z * r.x + third.w * r.y - (second.w + third.x) * r.z,
      );
      term = (dot(second.xyz, r) - 3.0 * dot(m_r, r) * inverse2) * inverse2 * inverse;
    }
    sum += select(0.0, term, settled);
    let next = node + 1u;
    node = select(2u * node, next >> countTrailingZeros(next), settled);
    // A point that is NaN would descend for ever.
    if (node == 1u || node >= u.nodes) { break; }
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = invocation_index(id, groups, 64u);
  if (row >= u.rows) { return; }
  var entry = vec4f();
  if (row < u.count) {
    let w = winding_number(points(row * (u.stride / 4u)).xyz);
    entry.x = select(w, select(0.0, 1.0, w > u.threshold), u.labelled == 1u);
  }
  labels[row * (u.label_stride / 4u)] = entry;
  for (var k = 1u; k < u.label_stride / 4u; k++) { labels[row * (u.label_stride / 4u) + k] = vec4f(); }
}
