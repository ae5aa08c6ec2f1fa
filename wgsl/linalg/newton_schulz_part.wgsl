// A quadratic polynomial of s²A, for kernels that compute the parts of Newton-Schulz iterations.

// s = 1/(safety·‖A²‖^{1/4}), or 0 where A² = 0.
fn part_scale(norm: f32, safety: f32) -> f32 {
  if (norm > 0.0) { return 1.0 / (safety * sqrt(sqrt(norm))); }
  return 0.0;
}

// c₀I + c₁ s²A + c₂ s⁴A², four entries.
fn part(c: vec4f, scale: f32, unit: vec4f, gram: vec4f, square: vec4f) -> vec4f {
  let two = scale * scale;
  return c.x * unit + two * (c.y * gram + c.z * two * square);
}
