// The samples of one batch:  indices[i] = π(first + i),  where π is the epoch's permutation of 0 … count − 1, chosen by the key
// π is a Feistel network of 6 rounds on pairs (l, r) in [0, a) × [0, b), where a·b ≥ count and b = ⌈count/a⌉. Its round function F is
// Threefry: the rounds alternate between l ← l + F(r) mod a and r ← r + F(l) mod b. A value that is not below count goes through
// the network again ("cycle walking"), which keeps π a permutation.
// indices: [rows]. One invocation per index; dispatch: workgroups of 64 along x and y. Integers only: the same on every adapter.
{{uniform rows: u32, first: u32, count: u32, a: u32, b: u32, key0: u32, key1: u32, epoch: u32}}
{{write indices: array<u32>}}
{{include invocation_index}}
{{include threefry}}

fn permuted(x: u32) -> u32 {
  var l = x / u.b;
  var r = x % u.b;
  for (var round = 0u; round < 6u; round += 2u) {
    l = (l + threefry(vec2u(u.key0, u.key1), vec2u(r, u.epoch * 8u + round)).x % u.a) % u.a;
    r = (r + threefry(vec2u(u.key0, u.key1), vec2u(l, u.epoch * 8u + round + 1u)).x % u.b) % u.b;
  }
  return l * u.b + r;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  if (i >= u.rows) { return; }
  var x = permuted(u.first + i);
  while (x >= u.count) { x = permuted(x); }
  indices[i] = x;
}
