// a‴ = −ω³ cos(ωz), ω = u.p0
fn partial_0_0_0(z: Preactivation) -> vec4f { return -u.p0 * u.p0 * partial_0(z); }
