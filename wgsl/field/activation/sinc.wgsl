// a(z) = sin(ωz)/(ωz), ω = u.p0. With x = ωz: a′ = ω(cos x − a)/x and a″ = −ω²(a + 2(cos x − a)/x²), which lose accuracy near 0 (an
// error of ε/x²). For |x| < ½ the series Σ(−1)ᵏx²ᵏ/(2k+1)! and its derivatives are used instead; their first omitted terms are below 1e−9.
{{include sine}}
fn far(x: vec4f) -> vec4f { return select(x, vec4f(1.0), abs(x) < vec4f(0.5)); }
fn value(z: Preactivation) -> vec4f {
  let x = u.p0 * z[0];
  let s = x * x;
  let near = 1.0 + s * (-1.0 / 6.0 + s * (1.0 / 120.0 + s * (-1.0 / 5040.0 + s / 362880.0)));
  return select(sine(x) / far(x), near, abs(x) < vec4f(0.5));
}
fn partial_0(z: Preactivation) -> vec4f {
  let x = u.p0 * z[0];
  let s = x * x;
  let near = x * (-1.0 / 3.0 + s * (1.0 / 30.0 + s * (-1.0 / 840.0 + s / 45360.0)));
  return u.p0 * select((cosine(x) - value(z)) / far(x), near, abs(x) < vec4f(0.5));
}
fn partial_0_0(z: Preactivation) -> vec4f {
  let x = u.p0 * z[0];
  let s = x * x;
  let a = value(z);
  let near = -1.0 / 3.0 + s * (1.0 / 10.0 + s * (-1.0 / 168.0 + s * (1.0 / 6480.0 - s / 443520.0)));
  return u.p0 * u.p0 * select(-(a + 2.0 * (cosine(x) - a) / (far(x) * far(x))), near, abs(x) < vec4f(0.5));
}
