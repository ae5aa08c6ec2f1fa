// a(z) = sin(ωz), ω = u.p0 (Sitzmann et al. 2020)
{{include reduced_angle}}
fn value(z: Preactivation) -> vec4f { return sin(reduced(u.p0 * z[0])); }
fn partial_0(z: Preactivation) -> vec4f { return u.p0 * cos(reduced(u.p0 * z[0])); }
fn partial_0_0(z: Preactivation) -> vec4f { return -u.p0 * u.p0 * value(z); }
