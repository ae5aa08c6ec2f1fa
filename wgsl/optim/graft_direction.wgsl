// The direction whose length Shampoo's steps take when they are grafted to Adam without momentum:
//   s ← β₂s + (1−β₂)g²,  direction = g/(√ŝ + ε)
// ŝ = s·correction2. gradient, second_moment, direction: [length] vec4s.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, beta2: f32, rest2: f32, correction2: f32, epsilon: f32}}
{{read gradient}}
{{update second_moment}}
{{write direction: array<vec4f>}}
{{include each_entry}}

fn entry(i: u32) {
  let g = gradient(i);
  let s = u.beta2 * second_moment_before(i) + u.rest2 * g * g;
  second_moment[i] = s;
  direction[i] = g / (sqrt(s * u.correction2) + u.epsilon);
}
