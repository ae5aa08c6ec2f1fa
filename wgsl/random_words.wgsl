// The generator's raw output:  words[2i], words[2i + 1] = threefry(key, (first + i, step))
// One invocation a counter; dispatch: workgroups of 64 along x.
{{uniform count: u32, key0: u32, key1: u32, first: u32, step: u32}}
{{write words: array<u32>}}
{{threefry}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= u.count) { return; }
  let bits = threefry(vec2u(u.key0, u.key1), vec2u(u.first + id.x, u.step));
  words[2u * id.x] = bits.x;
  words[2u * id.x + 1u] = bits.y;
}
