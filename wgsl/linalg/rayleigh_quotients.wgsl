// Rayleigh quotients of the columns of square matrices:  d_j = Σ_i Q_ij P_ij = (QᵀLQ)_jj,  P = LQ
// squares: for each matrix (first vec4, stride in vec4s, size, padded size); q, p: the matrices; quotients: [matrices, largest].
// One invocation per 4 columns; dispatch: workgroups of 64 along x and y, matrices along z. Rows are added in their order, in f32:
// every run gives the same bits.
{{uniform largest: u32}}
{{read squares}}
{{read q}}
{{read p}}
{{write quotients: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let square = vec4u(squares(id.z));
  let column = invocation_index(id, groups, 64u);
  if (column >= square.y) { return; }
  var sum = vec4f();
  for (var i = 0u; i < square.z; i++) {
    let at = square.x + i * square.y + column;
    sum += q(at) * p(at);
  }
  quotients[id.z * u.largest / 4u + column] = sum;
}
