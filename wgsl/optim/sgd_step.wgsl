// Gradient descent with momentum and decoupled weight decay on a whole vector (Sutskever et al. 2013, PyTorch's form):
//   buf ← μ buf + g,  θ ← (1 − λη)θ − η (nesterov ? g + μ buf : buf)
// shrink = 1 − λη. parameters, gradient, momentum: [length] vec4s.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, learning_rate: f32, shrink: f32, momentum_factor: f32, nesterov: u32}}
{{update parameters}}
{{read gradient}}
{{update momentum}}
{{include each_entry}}

fn entry(i: u32) {
  let g = gradient(i);
  let buf = u.momentum_factor * momentum_before(i) + g;
  momentum[i] = buf;
  let direction = select(buf, g + u.momentum_factor * buf, u.nesterov == 1u);
  parameters[i] = u.shrink * parameters_before(i) - u.learning_rate * direction;
}
