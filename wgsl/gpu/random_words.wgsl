// The raw output of the random number generator:  words[2i], words[2i + 1] = threefry(key, (first + i, step)),  i < count
// words: [2·count]. One invocation per counter; dispatch: workgroups of 64 along x and y. Integers only: the same on every adapter.
{{uniform count: u32, key0: u32, key1: u32, first: u32, step: u32}}
{{write words: array<u32>}}
{{include invocation_index}}
{{include threefry}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  if (i >= u.count) { return; }
  let bits = threefry(vec2u(u.key0, u.key1), vec2u(u.first + i, u.step));
  words[2u * i] = bits.x;
  words[2u * i + 1u] = bits.y;
}
