// exp(x), but 0 below 2⁻⁶⁴: in sums with numbers near 1 rounding loses far more, while products of such small numbers are
// denormal, which slows many CPUs down several times. NaN stays NaN.
fn decaying_exp(x: vec4f) -> vec4f { return select(exp(x), vec4f(), x <= vec4f(-44.361420)); }
