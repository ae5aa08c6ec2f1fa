// The same random numbers as random_fill.wgsl, in all segments of a vector by one dispatch; padding within segments becomes 0.
// data: the vector, of which workgroup g fills up to 64 vec4s of one segment. places: two vec4s for each workgroup: (first vec4, vec4s, rows
// and columns of the segment) and (vec4s of the segment's row, its first counter, vec4s of the segment before the first one, 0).
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. No workgroup is idle, because some software adapters take as long
// for idle ones. Entries are independent: every adapter gives the same bits, except for normal numbers, where logarithm and cosine are as
// exact as the adapter's.
{{uniform key0: u32, key1: u32, step: u32, bound: f32, groups: u32}}
{{read places}}
{{write data: array<vec4f>}}
{{include invocation_index}}
{{include random_entries}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  if (i / 64u >= u.groups) { return; }
  let lane = i % 64u;
  let own = places(i / 64u * 2u);
  if (lane >= u32(own.y)) { return; }
  let segment = places(i / 64u * 2u + 1u);
  let width = u32(segment.x);
  let at = u32(segment.z) + lane;
  let place = Place(u32(own.z), u32(own.w), u32(segment.y));
  data[u32(own.x) + lane] = random_entries(at / width, at % width * 4u, place);
}
