// sine(x) = sin x, cosine(x) = cos x, sinpi(t) = sin πt and cospi(t) = cos πt, with an absolute error of at most 3e−7 on every adapter (sine
// and cosine up to |x| = 3000; 1e−6 up to 1e5). WGSL's own sin and cos may be wrong by 2⁻¹¹ on [−π, π], and by any amount beyond.
// With x = kπ + r and |r| ≤ π/2, sin x = (−1)ᵏ sin r, where sin r is the polynomial of its degree with the least relative error, 6e−9.

/// sin r for |r| ≤ π/2, with the other sign where k is odd.
fn alternating_sine(r: vec4f, k: vec4f) -> vec4f {
  let s = r * r;
  let series = s * (-0.16666659712791443 + s * (0.008333069272339344 + s * (-0.00019809776858892292 + s * 2.6060959044116316e-6)));
  return (1.0 - 2.0 * abs(k - 2.0 * round(0.5 * k))) * (r + r * series);
}

/// x − kπ. π is subtracted in two parts; the products of the first are exact. From |x| = 1e6 or so on, where neighbouring numbers are a
/// large part of a turn apart, the difference may lie outside of ±π/2, and is taken as 0, so that no sine is above 1.
fn after_half_turns(x: vec4f, k: vec4f) -> vec4f {
  let r = (x - k * 3.140625) - k * 0.00096765358979323846;
  return select(r, vec4f(), abs(r) > vec4f(1.6));
}

fn sine(x: vec4f) -> vec4f {
  let k = round(x * 0.31830988618379067);
  return alternating_sine(after_half_turns(x, k), k);
}

fn cosine(x: vec4f) -> vec4f {
  let k = round(x * 0.31830988618379067 - 0.5);
  return -alternating_sine(after_half_turns(x, k + 0.5), k);
}

fn sinpi(t: vec4f) -> vec4f {
  let k = round(t);
  return alternating_sine(3.14159265358979 * (t - k), k);
}

// Of a large t only t − round(t) is exact, and cos r = sin(π/2 − |r|).
fn cospi(t: vec4f) -> vec4f {
  let k = round(t);
  return alternating_sine(3.14159265358979 * (0.5 - abs(t - k)), k);
}
