// threefry(key, counter): Threefry2x32-20 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"), which
// gives 64 random bits for each counter and key, without any state: five groups of four rounds, each followed by an injection of the key.
fn threefry_round(x: vec2u, bits: u32) -> vec2u {
  let sum = x.x + x.y;
  return vec2u(sum, ((x.y << bits) | (x.y >> (32u - bits))) ^ sum);
}
fn threefry_even(x: vec2u) -> vec2u {
  return threefry_round(threefry_round(threefry_round(threefry_round(x, 13u), 15u), 26u), 6u);
}
fn threefry_odd(x: vec2u) -> vec2u {
  return threefry_round(threefry_round(threefry_round(threefry_round(x, 17u), 29u), 16u), 24u);
}
fn threefry(key: vec2u, counter: vec2u) -> vec2u {
  let third = key.x ^ key.y ^ 0x1bd11bdau;
  var x = threefry_even(counter + key) + vec2u(key.y, third + 1u);
  x = threefry_odd(x) + vec2u(third, key.x + 2u);
  x = threefry_even(x) + vec2u(key.x, key.y + 3u);
  x = threefry_odd(x) + vec2u(key.y, third + 4u);
  return threefry_even(x) + vec2u(third, key.x + 5u);
}
