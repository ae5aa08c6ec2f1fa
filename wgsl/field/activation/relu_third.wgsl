// a‴ = 0
fn partial_0_0_0(z: Preactivation) -> vec4f { return vec4f(); }
