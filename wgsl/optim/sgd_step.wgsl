// Gradient descent with momentum and decoupled decay on a whole vector (Sutskever et al. 2013, PyTorch's form):
//   buf ← μ buf + g,  θ ← (1 − λη)θ − η (nesterov ? g + μ buf : buf);  shrink = 1 − λη
// parameters, gradient, momentum: [length] vec4s. One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Each
// entry is independent: same bits on every run.
{{uniform length: u32, learning_rate: f32, shrink: f32, momentum_factor: f32, nesterov: u32}}
{{update parameters}}
{{read gradient}}
{{update momentum}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length) { return; }
  let g = gradient(i);
  let buf = u.momentum_factor * momentum_before(i) + g;
  momentum[i] = buf;
  let direction = select(buf, g + u.momentum_factor * buf, u.nesterov == 1u);
  parameters[i] = u.shrink * parameters_before(i) - u.learning_rate * direction;
}
