// Dual numbers: a value (x) and its tangent (y). They are added, subtracted and scaled as vectors are.
//   product: (a, ȧ)(b, ḃ) = (ab, aḃ + ȧb);  chain: f(x), given the value and the slope of f at x's value, = (f, f′ẋ)
// Defines the type `Number` and its functions; real_number.wgsl defines the same names for plain numbers.
alias Number = vec2f;
fn constant(c: f32) -> Number { return vec2f(c, 0.0); }
fn number(value: f32, tangent: f32) -> Number { return vec2f(value, tangent); }
fn primal(x: Number) -> f32 { return x.x; }
fn tangent(x: Number) -> f32 { return x.y; }
fn product(a: Number, b: Number) -> Number { return vec2f(a.x * b.x, a.x * b.y + a.y * b.x); }
fn chain(value: f32, slope: f32, x: Number) -> Number { return vec2f(value, slope * x.y); }
// The part that the kernel computes: the tangent here, the value with plain numbers.
fn wanted(x: Number) -> f32 { return x.y; }
