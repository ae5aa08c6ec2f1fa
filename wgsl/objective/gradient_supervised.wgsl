// Mean squared error between the derivatives of an output by an input and their targets (docs/math.md, section 3.4), its adjoint and, with
// `tangents`, that adjoint's tangent, all for g = y^j_c with the target t = targets[n, c·directions + j]:
//   row_loss[n] = (row_loss[n] if add) + scale Σ_cj (g − t)²,  adjoint += 2 scale (g − t),  adjoint_tangent += 2 scale ġ
// Hessian-vector and Gauss-Newton products both start from that tangent. If sampled = 1, y_tangent contains random signs w instead of
// tangents, and √(2 scale) w is added. scale is 1/(entries of the whole batch) times the objective's weight.
// y, adjoint, y_tangent, adjoint_tangent: [1 + directions, padded_rows, width], of which the blocks from 1 on are read and added to;
// targets: [≥ rows, target_stride]; row_loss: [padded_rows].
// One invocation per row; dispatch: workgroups of 64 along x and y. Entries are added in their order, in f32: every run gives the same bits.
{{uniform rows: u32, padded_rows: u32, width: u32, real: u32, directions: u32, target_stride: u32, scale: f32, add: u32, sampled: u32}}
{{read y}}
{{read targets: array<f32>}}
{{write adjoint: array<vec4f>}}
{{write row_loss: array<f32>}}
{{if tangents}}
{{read y_tangent}}
{{write adjoint_tangent: array<vec4f>}}
{{end}}
{{include invocation_index}}

// The targets of the columns from `column` on, in the direction j; 0 in the padding.
fn targets_at(row: u32, column: u32, j: u32) -> vec4f {
  var goal = vec4f();
  for (var e = 0u; e < 4u; e++) {
    if (column + e < u.real) { goal[e] = targets[row * u.target_stride + (column + e) * u.directions + j]; }
  }
  return goal;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = invocation_index(id, groups, 64u);
  if (row >= u.padded_rows) { return; }
  var sum = 0.0;
  for (var column = 0u; column < u.real && row < u.rows; column += 4u) {
    let exists = column + vec4u(0u, 1u, 2u, 3u) < vec4u(u.real);
    for (var j = 0u; j < u.directions; j++) {
      let i = (((j + 1u) * u.padded_rows + row) * u.width + column) / 4u;
      let error = select(vec4f(), y(i) - targets_at(row, column, j), exists);
      sum += dot(error, error);
      adjoint[i] += 2.0 * u.scale * error;
{{if tangents}}
      let curvature = 2.0 * u.scale;
      adjoint_tangent[i] += select(vec4f(), select(curvature, sqrt(curvature), u.sampled == 1u) * y_tangent(i), exists);
{{end}}
    }
  }
  var total = u.scale * sum;
  if (u.add == 1u) { total += row_loss[row]; }
  row_loss[row] = total;
}
