// AdaHessian's step (Yao et al. 2021; variants of Chng, Saratchandran & Lucey 2025) on a whole vector:
//   m ← β₁m + (1−β₁)g,  θ ← (1−λη)θ − η m̂/(Dᵏ + ε)
//   `magnitude` is root_mean: D = √ŝ (which is also √s/√(1−β₂ᵗ), as the authors' code has it);  absolute_mean: D = |ŝ|
// m̂ = m·correction1, ŝ = s·correction2, shrink = 1 − λη; k is the Hessian power.
// parameters, gradient, first_moment, curvature (s): [length] vec4s.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, learning_rate: f32, shrink: f32, beta1: f32, rest1: f32, correction1: f32, correction2: f32, power: f32, epsilon: f32}}
{{update parameters}}
{{read gradient}}
{{update first_moment}}
{{read curvature}}
{{include each_entry}}

fn root_mean(s: vec4f) -> vec4f { return sqrt(s * u.correction2); }
fn absolute_mean(s: vec4f) -> vec4f { return abs(s * u.correction2); }

fn entry(i: u32) {
  let m = u.beta1 * first_moment_before(i) + u.rest1 * gradient(i);
  first_moment[i] = m;
  var denominator = {{magnitude}}(curvature(i));
  // pow() is less accurate than leaving the number alone, and may return anything for 0⁰.
  if (u.power == 0.0) { denominator = vec4f(1.0); } else if (u.power != 1.0) { denominator = pow(denominator, vec4f(u.power)); }
  parameters[i] = u.shrink * parameters_before(i) - u.learning_rate * (m * u.correction1 / (denominator + u.epsilon));
}
