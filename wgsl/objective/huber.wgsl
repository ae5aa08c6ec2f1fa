// The loss that pointwise.wgsl includes, with δ = u.p0 and e = |y − t| (Huber 1964):
//   ℓ(y, t) = e²/2 where e ≤ δ, otherwise δ (e − δ/2),  ℓ′ = y − t, clamped to ±δ,  ℓ″ = 1 where e ≤ δ, otherwise 0
fn loss(y: vec4f, t: vec4f) -> vec4f {
  let e = abs(y - t);
  return select(u.p0 * (e - 0.5 * u.p0), 0.5 * e * e, e <= vec4f(u.p0));
}
fn first(y: vec4f, t: vec4f) -> vec4f { return clamp(y - t, vec4f(-u.p0), vec4f(u.p0)); }
fn second(y: vec4f, t: vec4f) -> vec4f { return select(vec4f(), vec4f(1.0), abs(y - t) <= vec4f(u.p0)); }
