// Sophia's step (Liu et al. 2024, algorithm 3) on a whole vector:
//   m ← β₁m + (1−β₁)g,  θ ← (1−λη)θ − η clip(m/max(γh, ε), −1, 1)
// shrink = 1 − λη, gamma = γ. parameters, gradient, first_moment, curvature (h): [length] vec4s.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, learning_rate: f32, shrink: f32, beta1: f32, rest1: f32, gamma: f32, epsilon: f32}}
{{update parameters}}
{{read gradient}}
{{update first_moment}}
{{read curvature}}
{{include each_entry}}

fn entry(i: u32) {
  let m = u.beta1 * first_moment_before(i) + u.rest1 * gradient(i);
  first_moment[i] = m;
  let step = clamp(m / max(u.gamma * curvature(i), vec4f(u.epsilon)), vec4f(-1.0), vec4f(1.0));
  parameters[i] = u.shrink * parameters_before(i) - u.learning_rate * step;
}
