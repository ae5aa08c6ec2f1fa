// The same random numbers as random_fill.wgsl, in all segments of a vector by one dispatch; padding within segments becomes 0.
// data: the vector. segments: two vec4s for each segment: (first vec4, vec4s, rows, columns) and (vec4s of a row, first counter, 0, 0).
// One invocation per 4 entries of a segment; dispatch: workgroups of 64 along x and y for the largest segment, segments along z. Entries are
// independent: every adapter gives the same bits, except for normal numbers, where logarithm and cosine are as exact as the adapter's.
{{uniform key0: u32, key1: u32, step: u32, bound: f32}}
{{read segments}}
{{write data: array<vec4f>}}
{{include invocation_index}}
{{include random_entries}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  let segment = segments(id.z * 2u);
  if (i >= u32(segment.y)) { return; }
  let more = segments(id.z * 2u + 1u);
  let width = u32(more.x);
  let place = Place(u32(segment.z), u32(segment.w), u32(more.y));
  data[u32(segment.x) + i] = random_entries(i / width, i % width * 4u, place);
}
