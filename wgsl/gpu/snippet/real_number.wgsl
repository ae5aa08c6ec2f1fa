// Plain numbers with the names of dual_number.wgsl, so that one text computes values, or values with their tangents.
// Defines the type `Number` and its functions.
alias Number = f32;
fn constant(c: f32) -> Number { return c; }
fn number(value: f32, tangent: f32) -> Number { return value; }
fn primal(x: Number) -> f32 { return x; }
fn tangent(x: Number) -> f32 { return 0.0; }
fn product(a: Number, b: Number) -> Number { return a * b; }
fn chain(value: f32, slope: f32, x: Number) -> Number { return value; }
// What an instance is for: here the value, with dual numbers the tangent.
fn wanted(x: Number) -> f32 { return x; }
