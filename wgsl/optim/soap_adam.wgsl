// Adam in a rotated basis (SOAP, Vyas et al. 2024, algorithm 3) on a whole vector. Primes mark what is rotated; where no basis is
// rotated it is the same as without:
//   m ← β₁m + (1−β₁)g,  m' ← β₁m' + (1−β₁)g',  s ← β₂s + (1−β₂)g'²,  step = m̂'/(√ŝ + ε)
// m̂' = m'·correction1, ŝ = s·correction2. All buffers are [length] vec4s.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, beta1: f32, beta2: f32, rest1: f32, rest2: f32, correction1: f32, correction2: f32, epsilon: f32}}
{{read gradient}}
{{read rotated_gradient}}
{{update first_moment}}
{{update rotated_moment}}
{{update second_moment}}
{{write step: array<vec4f>}}
{{include each_entry}}

fn entry(i: u32) {
  first_moment[i] = u.beta1 * first_moment_before(i) + u.rest1 * gradient(i);
  let g = rotated_gradient(i);
  let m = u.beta1 * rotated_moment_before(i) + u.rest1 * g;
  rotated_moment[i] = m;
  let s = u.beta2 * second_moment_before(i) + u.rest2 * g * g;
  second_moment[i] = s;
  step[i] = m * u.correction1 / (sqrt(s * u.correction2) + u.epsilon);
}
