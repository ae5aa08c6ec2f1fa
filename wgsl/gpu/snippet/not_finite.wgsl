// Whether one of four numbers is infinite or NaN: all bits of its exponent are set. Comparisons with NaN may be optimised away,
// but bits are not.
fn not_finite(x: vec4f) -> bool { return any((bitcast<vec4u>(x) & vec4u(0x7fffffffu)) >= vec4u(0x7f800000u)); }
