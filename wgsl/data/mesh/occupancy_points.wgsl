// The points of one batch around a surface. Each is made from random numbers of its own, which depend on nothing but key, epoch
// and sample: sample s = indices[first + n] of an epoch uses Threefry's words at the counters (s, 4·epoch) … (s, 4·epoch + 3).
// The kind of a point follows from s mod period. At 1 it is a point of the surface plus normal noise of deviation `wide`, at
// period − 1 one plus noise of deviation `narrow`, and otherwise it is uniform in [−1, 1]³. Half of the points of the surface
// (where ⌊s/period⌋ is even) lie on faces drawn in proportion to their area, by the alias method (Walker 1977; Vose 1991); the
// other half lie on faces that are all equally likely.
// surface: [faces, 3] vec4s, the corners; a.w is the probability of keeping the face that was drawn, b.w the face to take otherwise.
// indices: sample numbers; batch: [padded_rows, stride], columns 0 to 2 are x, y and z, the others and rows from `rows` on are 0.
// One invocation per row; dispatch: workgroups of 64 along x and y. Rows are independent: every run gives the same bits.
{{uniform rows: u32, padded_rows: u32, stride: u32, first: u32, faces: u32, period: u32, wide: f32, narrow: f32, key0: u32, key1: u32, epoch: u32}}
{{read surface}}
{{read indices: array<u32>}}
{{write batch: array<vec4f>}}
{{include invocation_index}}
{{include threefry}}
{{include sine}}

const PER_STEP = 5.9604644775390625e-8; // 2⁻²⁴

// In [0, 1), of 24 bits.
fn fraction(bits: vec2u) -> vec2f { return vec2f(bits >> vec2u(8u)) * PER_STEP; }

// Two independent normal numbers (Box & Muller 1958); the 1 keeps the logarithm finite, and the maximum its negative from
// falling below 0 where it is only approximate.
fn normal(bits: vec2u) -> vec2f {
  let at = vec2f((bits >> vec2u(8u)) + vec2u(1u, 0u)) * PER_STEP;
  let turn = vec4f(2.0 * at.y - 1.0);
  return sqrt(max(0.0, -2.0 * log(at.x))) * vec2f(cospi(turn).x, sinpi(turn).x);
}

fn sample_point(sample: u32) -> vec3f {
  let key = vec2u(u.key0, u.key1);
  let w0 = threefry(key, vec2u(sample, 4u * u.epoch));
  let w1 = threefry(key, vec2u(sample, 4u * u.epoch + 1u));
  let w2 = threefry(key, vec2u(sample, 4u * u.epoch + 2u));
  let w3 = threefry(key, vec2u(sample, 4u * u.epoch + 3u));
  let kind = sample % u.period;
  if (kind != 1u && kind != u.period - 1u) {
    return 2.0 * vec3f(fraction(w0), fraction(w1).x) - 1.0;
  }
  var face = w0.x % u.faces;
  if ((sample / u.period) % 2u == 0u && fraction(w0).y >= surface(3u * face).w) {
    face = u32(surface(3u * face + 1u).w);
  }
  // Uniform in a triangle (Turk 1990).
  let at = fraction(w1);
  let root = sqrt(at.x);
  let on = (1.0 - root) * surface(3u * face).xyz + root * (1.0 - at.y) * surface(3u * face + 1u).xyz +
    root * at.y * surface(3u * face + 2u).xyz;
  return on + select(u.narrow, u.wide, kind == 1u) * vec3f(normal(w2), normal(w3).x);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = invocation_index(id, groups, 64u);
  if (row >= u.padded_rows) { return; }
  var entry = vec4f();
  if (row < u.rows) { entry = vec4f(sample_point(indices[u.first + row]), 0.0); }
  batch[row * (u.stride / 4u)] = entry;
  for (var k = 1u; k < u.stride / 4u; k++) { batch[row * (u.stride / 4u) + k] = vec4f(); }
}
