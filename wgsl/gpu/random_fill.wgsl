// Random numbers in one segment of a vector. Entry (r, c) uses the counter (flat + r·columns + c, step), so that a number does not
// depend on how the segment is padded; padding becomes 0.
//   uniform: bound·(2w − 1), where w in [0, 1) has 24 bits;  rademacher: ±bound, by the lowest bit
// data: the segment begins at vec4 `offset` and takes `size` vec4s: [rows, stride], of which [rows, columns] are not padding.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every adapter gives the same bits.
{{uniform key0: u32, key1: u32, step: u32, offset: u32, size: u32, rows: u32, columns: u32, stride: u32, flat: u32, bound: f32}}
{{write data: array<vec4f>}}
{{include invocation_index}}
{{include threefry}}

fn uniform_entry(bits: u32) -> f32 { return u.bound * (f32(bits >> 8u) * 1.1920928955078125e-7 - 1.0); }
fn rademacher_entry(bits: u32) -> f32 { return u.bound * (1.0 - 2.0 * f32(bits & 1u)); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  if (i >= u.size) { return; }
  let row = i / (u.stride / 4u);
  let column = i % (u.stride / 4u) * 4u;
  var entries = vec4f();
  for (var j = 0u; j < 4u; j++) {
    if (row < u.rows && column + j < u.columns) {
      let counter = vec2u(u.flat + row * u.columns + column + j, u.step);
      entries[j] = {{distribution}}_entry(threefry(vec2u(u.key0, u.key1), counter).x);
    }
  }
  data[u.offset + i] = entries;
}
