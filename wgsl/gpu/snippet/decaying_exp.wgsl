// decaying_exp(x) = e^x for x ≤ 0, but 0 below 2⁻⁶⁴. In a sum with numbers near 1, rounding loses far more than that, while products
// of such small numbers are denormal, which makes many CPUs several times slower. NaN stays NaN.
fn decaying_exp(x: vec4f) -> vec4f { return select(exp(x), vec4f(), x <= vec4f(-44.361420)); }
