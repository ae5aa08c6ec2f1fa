// a‴ = a″(1 − 2a′)
fn partial_0_0_0(z: Preactivation) -> vec4f { return partial_0_0(z) * (1.0 - 2.0 * partial_0(z)); }
