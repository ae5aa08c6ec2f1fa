// The entrywise half of Muon's step (Jordan 2024) on a whole vector. Where scale > 0 lie the matrices to be orthogonalised:
//   buf ← μ buf + g,  direction = g + μ buf
// Everywhere else it is Adam's step (as adam_step.wgsl) with a rate η' of its own, buf being its m:
//   m ← β₁m + (1−β₁)g,  s ← β₂s + (1−β₂)g²,  θ ← (1−λη)θ − η' m̂/(√ŝ + ε),  direction = 0
// m̂ = m·correction1, ŝ = s·correction2, shrink = 1 − λη. parameters, gradient, momentum, second_moment, direction: [length] vec4s;
// scale: one number per vec4.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, momentum_factor: f32, adam_rate: f32, shrink: f32, beta1: f32, beta2: f32, rest1: f32, rest2: f32, correction1: f32, correction2: f32, epsilon: f32}}
{{update parameters}}
{{read gradient}}
{{update momentum}}
{{update second_moment}}
{{read scale: array<f32>}}
{{write direction: array<vec4f>}}
{{include each_entry}}

fn entry(i: u32) {
  let g = gradient(i);
  if (scale[i] > 0.0) {
    let buf = u.momentum_factor * momentum_before(i) + g;
    momentum[i] = buf;
    direction[i] = g + u.momentum_factor * buf;
    return;
  }
  let m = u.beta1 * momentum_before(i) + u.rest1 * g;
  let s = u.beta2 * second_moment_before(i) + u.rest2 * g * g;
  momentum[i] = m;
  second_moment[i] = s;
  direction[i] = vec4f();
  let step = m * u.correction1 / (sqrt(s * u.correction2) + u.epsilon);
  parameters[i] = u.shrink * parameters_before(i) - u.adam_rate * step;
}
