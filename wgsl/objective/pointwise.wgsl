// A loss that is a sum over entries, its adjoint and that adjoint's tangent:
//   row_loss[n] = (row_loss[n] if add) + scale Σ_c ℓ(y, t),  ȳ = scale ℓ′(y, t),  with tangents also  scale ℓ″(y, t) ẏ
// (derivatives by y; scale = 1/(entries of the whole batch)). The tangent is what the Hessian-vector and the Gauss-Newton
// product both start from; with signs for ẏ (`sampled`) it is  √(scale ℓ″(y, t)) ẏ  instead: S^½w of a sample JᵀS^½w. y, targets, adjoint, …: [padded_rows, width]; width is padded, of which `real` columns exist; the
// rest, and rows from `rows` on, become 0. One invocation a row; dispatch: workgroups of 64 along x and y.
// Entries are added in their order: same bits on every run.
{{uniform rows: u32, padded_rows: u32, width: u32, real: u32, scale: f32, add: u32, sampled: u32}}
{{read y}}
{{read targets}}
{{write adjoint: array<vec4f>}}
{{write row_loss: array<f32>}}
{{for t in 0..tangents}}
{{read y_tangent}}
{{write adjoint_tangent: array<vec4f>}}
{{end}}

{{loss}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * 64u;
  if (row >= u.padded_rows) { return; }
  let width = u.width / 4u;
  var sum = 0.0;
  for (var q = 0u; q < width; q++) {
    let i = row * width + q;
    let exists = (q * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(u.real)) & vec4<bool>(row < u.rows);
    let at = y(i);
    let goal = targets(i);
    let parts = select(vec4f(), loss(at, goal), exists);
    sum += (parts.x + parts.y) + (parts.z + parts.w);
    adjoint[i] = select(vec4f(), u.scale * first(at, goal), exists);
{{for t in 0..tangents}}
    let curvature = u.scale * second(at, goal);
    adjoint_tangent[i] = select(vec4f(), select(curvature, sqrt(curvature), u.sampled == 1u) * y_tangent(i), exists);
{{end}}
  }
  var total = u.scale * sum;
  if (u.add == 1u) { total += row_loss[row]; }
  row_loss[row] = total;
}
