// a(z) = max(z, 0), a′(0) = 0, a″ = 0. It is written such that NaN stays NaN; max() may turn NaN into a number.
fn value(z: Preactivation) -> vec4f { return select(z[0], vec4f(), z[0] <= vec4f()); }
fn partial_0(z: Preactivation) -> vec4f { return select(vec4f(), vec4f(1.0), z[0] > vec4f()); }
fn partial_0_0(z: Preactivation) -> vec4f { return vec4f(); }
