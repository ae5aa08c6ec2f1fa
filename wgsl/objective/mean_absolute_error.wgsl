// The loss that pointwise.wgsl includes:  ℓ(y, t) = |y − t|,  ℓ′ = sign(y − t), which is 0 at y = t,  ℓ″ = 0
fn loss(y: vec4f, t: vec4f) -> vec4f { return abs(y - t); }
fn first(y: vec4f, t: vec4f) -> vec4f { return sign(y - t); }
fn second(y: vec4f, t: vec4f) -> vec4f { return vec4f(); }
