// Adam's step with decoupled weight decay (Kingma & Ba 2015, algorithm 1; Loshchilov & Hutter 2019) on a whole vector:
//   m ← β₁m + (1−β₁)g,  s ← β₂s + (1−β₂)g²,  θ ← (1−λη)θ − η m̂/(√ŝ + ε)
// m̂ = m·correction1, ŝ = s·correction2, shrink = 1 − λη. parameters, gradient, first_moment, second_moment: [length] vec4s.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, learning_rate: f32, shrink: f32, beta1: f32, beta2: f32, rest1: f32, rest2: f32, correction1: f32, correction2: f32, epsilon: f32}}
{{update parameters}}
{{read gradient}}
{{update first_moment}}
{{update second_moment}}
{{include each_entry}}

fn entry(i: u32) {
  let g = gradient(i);
  let m = u.beta1 * first_moment_before(i) + u.rest1 * g;
  let s = u.beta2 * second_moment_before(i) + u.rest2 * g * g;
  first_moment[i] = m;
  second_moment[i] = s;
  let step = m * u.correction1 / (sqrt(s * u.correction2) + u.epsilon);
  parameters[i] = u.shrink * parameters_before(i) - u.learning_rate * step;
}
