// ESGD in a rotated basis on a whole vector. Primes mark what is rotated:
//   m ← β₁m + (1−β₁)g,  m' ← β₁m' + (1−β₁)g',  step = m̂'/(D·correction2 + ε)
// m̂' = m'·correction1; D is what equilibrate.wgsl writes. Outside rotated matrices g' = g, and the step is taken:  θ ← (1−λη)θ − η step,
// shrink = 1 − λη. range_of: for each vec4 the number of its rotated matrix, −1 where there is none; all other buffers are [length] vec4s.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, beta1: f32, rest1: f32, correction1: f32, correction2: f32, epsilon: f32, learning_rate: f32, shrink: f32}}
{{update parameters}}
{{read gradient}}
{{read rotated_gradient}}
{{update first_moment}}
{{update rotated_moment}}
{{read preconditioner}}
{{read range_of: array<i32>}}
{{write step: array<vec4f>}}
{{include each_entry}}

fn entry(i: u32) {
  let is_rotated = range_of[i] >= 0;
  var g = gradient(i);
  first_moment[i] = u.beta1 * first_moment_before(i) + u.rest1 * g;
  if (is_rotated) { g = rotated_gradient(i); }
  let m = u.beta1 * rotated_moment_before(i) + u.rest1 * g;
  rotated_moment[i] = m;
  let change = m * u.correction1 / (preconditioner(i) * u.correction2 + u.epsilon);
  if (is_rotated) {
    step[i] = change;
  } else {
    parameters[i] = u.shrink * parameters_before(i) - u.learning_rate * change;
  }
}
