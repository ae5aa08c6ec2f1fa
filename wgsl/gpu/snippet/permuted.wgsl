// permuted(x) = π(x), where π is a permutation of 0 … u.count − 1 that the key chooses. Requires the uniforms count, a, b, key0, key1 and epoch (u32).
// π is a Feistel network of 6 rounds on pairs (l, r) in [0, a) × [0, b), where a·b ≥ count and b = ⌈count/a⌉. Its round function F is
// Threefry: the rounds alternate between l ← l + F(r) mod a and r ← r + F(l) mod b. A value that is not below count goes through
// the network again ("cycle walking"), which keeps π a permutation.
{{include threefry}}
fn permuted_once(x: u32) -> u32 {
  var l = x / u.b;
  var r = x % u.b;
  for (var round = 0u; round < 6u; round += 2u) {
    l = (l + threefry(vec2u(u.key0, u.key1), vec2u(r, u.epoch * 8u + round)).x % u.a) % u.a;
    r = (r + threefry(vec2u(u.key0, u.key1), vec2u(l, u.epoch * 8u + round + 1u)).x % u.b) % u.b;
  }
  return l * u.b + r;
}
fn permuted(x: u32) -> u32 {
  var place = permuted_once(x);
  while (place >= u.count) { place = permuted_once(place); }
  return place;
}
