// a‴ = a″(1 − 2a) − 2a′²
fn partial_0_0_0(z: Preactivation) -> vec4f {
  let slope = partial_0(z);
  return partial_0_0(z) * (1.0 - 2.0 * value(z)) - 2.0 * slope * slope;
}
