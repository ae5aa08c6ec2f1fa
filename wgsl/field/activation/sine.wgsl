// a(z) = sin(ωz), ω = u.p0 (Sitzmann et al. 2020)
{{include sine}}
fn value(z: Preactivation) -> vec4f { return sine(u.p0 * z[0]); }
fn partial_0(z: Preactivation) -> vec4f { return u.p0 * cosine(u.p0 * z[0]); }
fn partial_0_0(z: Preactivation) -> vec4f { return -u.p0 * u.p0 * value(z); }
