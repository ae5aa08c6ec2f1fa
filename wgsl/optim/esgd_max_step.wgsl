// ESGD-max's step (Chng, Saratchandran & Lucey 2025, published code) on a whole vector:
//   m ← β₁m + (1−β₁)g,  m̃ = β₁m + (1−β₁)g,  θ ← (1−λη)θ − η ramp·(m̃·correction1)/(√d + ε)
// shrink = 1 − λη, learning_rate = η ramp, ramp = 1 − 0.99ⁿ, correction1 = 1/(1−β₁^{t+1}).
// parameters, gradient, first_moment, maximum (d): [length] vec4s.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, learning_rate: f32, shrink: f32, beta1: f32, rest1: f32, correction1: f32, epsilon: f32}}
{{update parameters}}
{{read gradient}}
{{update first_moment}}
{{read maximum}}
{{include each_entry}}

fn entry(i: u32) {
  let g = gradient(i);
  let m = u.beta1 * first_moment_before(i) + u.rest1 * g;
  first_moment[i] = m;
  let ahead = u.beta1 * m + u.rest1 * g;
  parameters[i] = u.shrink * parameters_before(i) - u.learning_rate * (ahead * u.correction1 / (sqrt(maximum(i)) + u.epsilon));
}
