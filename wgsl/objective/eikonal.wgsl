// The eikonal loss of an output's gradient g = (y^1, y^2, …) by an input (Gropp et al. 2020; docs/math.md, section 3.4), its adjoint and, with
// `tangents`, that adjoint's tangent. With the direction e = g/‖g‖, which is taken for 0 at g = 0, and p = e (e·ġ):
//   row_loss[n] = (row_loss[n] if add) + scale Σ_c (‖g‖ − 1)²,  adjoint += 2 scale (‖g‖ − 1) e
//   adjoint_tangent += 2 scale (p + (1 − 1/‖g‖)(ġ − p)), with curvature = 0, for Gauss-Newton products, only 2 scale p
// If sampled = 1, y_tangent contains random signs, and √(2 scale) w e is added. w is the product of the signs in the blocks 0 and 1, which is a
// sign uncorrelated with each of them, so that other terms of a sum can use those.
// scale is 1/(rows and columns of the whole batch) times the objective's weight.
// y, adjoint, y_tangent, adjoint_tangent: [1 + directions, padded_rows, width], of which the blocks from 1 on are read and added to;
// row_loss: [padded_rows].
// One invocation per row; dispatch: workgroups of 64 along x and y. Entries are added in their order, in f32: every run gives the same bits.
{{uniform rows: u32, padded_rows: u32, width: u32, real: u32, directions: u32, scale: f32, add: u32, curvature: f32, sampled: u32}}
{{read y}}
{{write adjoint: array<vec4f>}}
{{write row_loss: array<f32>}}
{{if tangents}}
{{read y_tangent}}
{{write adjoint_tangent: array<vec4f>}}
{{end}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = invocation_index(id, groups, 64u);
  if (row >= u.padded_rows) { return; }
  let block = u.padded_rows * u.width / 4u;
  var sum = 0.0;
  for (var column = 0u; column < u.real && row < u.rows; column += 4u) {
    let exists = column + vec4u(0u, 1u, 2u, 3u) < vec4u(u.real);
    let first = (row * u.width + column) / 4u;
    var square = vec4f();
    for (var j = 1u; j <= u.directions; j++) { square += y(first + j * block) * y(first + j * block); }
    let norm = sqrt(square);
    let inverse = select(vec4f(), 1.0 / norm, exists & (norm > vec4f()));
    let error = select(vec4f(), norm - 1.0, exists);
    sum += dot(error, error);
{{if tangents}}
    var along = vec4f();
    for (var j = 1u; j <= u.directions; j++) { along += y(first + j * block) * inverse * y_tangent(first + j * block); }
    let sign = y_tangent(first) * y_tangent(first + block);
{{end}}
    for (var j = 1u; j <= u.directions; j++) {
      let i = first + j * block;
      let direction = y(i) * inverse;
      adjoint[i] += 2.0 * u.scale * error * direction;
{{if tangents}}
      let parallel = along * direction;
      let across = select(vec4f(), (1.0 - inverse) * (y_tangent(i) - parallel), inverse > vec4f());
      let tangent = 2.0 * u.scale * (parallel + u.curvature * across);
      adjoint_tangent[i] += select(tangent, sqrt(2.0 * u.scale) * sign * direction, u.sampled == 1u);
{{end}}
    }
  }
  var total = u.scale * sum;
  if (u.add == 1u) { total += row_loss[row]; }
  row_loss[row] = total;
}
