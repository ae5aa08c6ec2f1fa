// Plain numbers with the same function names as dual_number.wgsl, so that one kernel text can compute values, or values with tangents.
// Defines the type `Number` and its functions.
alias Number = f32;
fn constant(c: f32) -> Number { return c; }
fn number(value: f32, tangent: f32) -> Number { return value; }
fn primal(x: Number) -> f32 { return x; }
fn tangent(x: Number) -> f32 { return 0.0; }
fn product(a: Number, b: Number) -> Number { return a * b; }
fn chain(value: f32, slope: f32, x: Number) -> Number { return value; }
// The part that the kernel computes: the value here, the tangent with dual numbers.
fn wanted(x: Number) -> f32 { return x; }
