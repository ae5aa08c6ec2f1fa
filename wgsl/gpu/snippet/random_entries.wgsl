// random_entries(row, column, place): four random numbers of a row, from `column` on; those outside of the matrix are 0. Entry (r, c) uses the
// counter (flat + r·columns + c, step), so that a number does not depend on how the matrix is padded.
//   uniform: bound·(2w − 1), where w in [0, 1) has 24 bits;  rademacher: ±bound, by the lowest bit
//   normal: bound·√(−2 ln w₁)·cos(π(2w₂ − 1)), where w₁ in (0, 1] and w₂ in [0, 1) have 24 bits (Box & Muller 1958)
// The including kernel declares the uniforms key0, key1, step and bound, and is given the value `distribution`.
{{include threefry}}
{{include sine}}

struct Place { rows: u32, columns: u32, flat: u32 }

fn uniform_entry(words: vec2u) -> f32 { return u.bound * (f32(words.x >> 8u) * 1.1920928955078125e-7 - 1.0); }
fn rademacher_entry(words: vec2u) -> f32 { return u.bound * (1.0 - 2.0 * f32(words.x & 1u)); }
fn normal_entry(words: vec2u) -> f32 {
  // The maximum keeps the root's argument from falling below 0 where the logarithm of 1 is only approximate.
  let radius = sqrt(max(0.0, -2.0 * log(f32((words.x >> 8u) + 1u) * 5.9604644775390625e-8)));
  return u.bound * radius * cospi(vec4f(f32(words.y >> 8u) * 1.1920928955078125e-7 - 1.0)).x;
}

fn random_entries(row: u32, column: u32, place: Place) -> vec4f {
  var entries = vec4f();
  for (var j = 0u; j < 4u; j++) {
    if (row < place.rows && column + j < place.columns) {
      let counter = vec2u(place.flat + row * place.columns + column + j, u.step);
      entries[j] = {{distribution}}_entry(threefry(vec2u(u.key0, u.key1), counter));
    }
  }
  return entries;
}
