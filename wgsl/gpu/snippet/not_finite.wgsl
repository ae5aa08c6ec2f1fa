// Whether any of four numbers is infinite or NaN, that is, all bits of its exponent are set. The compiler may optimise comparisons with
// NaN away, but not this test of bits.
fn not_finite(x: vec4f) -> bool { return any((bitcast<vec4u>(x) & vec4u(0x7fffffffu)) >= vec4u(0x7f800000u)); }
