// Random numbers in one segment of a vector. Entry (r, c) uses the counter (flat + r·columns + c, step), so that a number does not
// depend on how the segment is padded; padding becomes 0.
//   uniform: bound·(2w − 1), where w in [0, 1) has 24 bits;  rademacher: ±bound, by the lowest bit
//   normal: bound·√(−2 ln w₁)·cos(π(2w₂ − 1)), where w₁ in (0, 1] and w₂ in [0, 1) have 24 bits (Box & Muller 1958)
// data: the segment begins at vec4 `offset` and takes `size` vec4s: [rows, stride], of which [rows, columns] are not padding.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every adapter gives the same bits,
// except for normal numbers, where logarithm and cosine are as exact as the adapter's.
{{uniform key0: u32, key1: u32, step: u32, offset: u32, size: u32, rows: u32, columns: u32, stride: u32, flat: u32, bound: f32}}
{{write data: array<vec4f>}}
{{include invocation_index}}
{{include threefry}}

fn uniform_entry(words: vec2u) -> f32 { return u.bound * (f32(words.x >> 8u) * 1.1920928955078125e-7 - 1.0); }
fn rademacher_entry(words: vec2u) -> f32 { return u.bound * (1.0 - 2.0 * f32(words.x & 1u)); }
fn normal_entry(words: vec2u) -> f32 {
  let radius = sqrt(-2.0 * log(f32((words.x >> 8u) + 1u) * 5.9604644775390625e-8));
  return u.bound * radius * cos(3.1415926535897932 * (f32(words.y >> 8u) * 1.1920928955078125e-7 - 1.0));
}

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
      entries[j] = {{distribution}}_entry(threefry(vec2u(u.key0, u.key1), counter));
    }
  }
  data[u.offset + i] = entries;
}
