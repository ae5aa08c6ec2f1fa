// A loss that is a sum over entries, its adjoint ȳ and, with `tangents`, that adjoint's tangent. Derivatives of ℓ are by y:
//   row_loss[n] = (row_loss[n] if add) + scale Σ_c ℓ(y, t),  ȳ = scale ℓ′(y, t),  adjoint_tangent = scale ℓ″(y, t) ẏ
// Hessian-vector and Gauss-Newton products both start from that tangent. If sampled = 1, y_tangent contains random signs w instead of
// tangents, and √(scale ℓ″(y, t)) w is written: the S^½w of a sample JᵀS^½w of the Gauss-Newton matrix.
// The included text `loss` defines ℓ, ℓ′ and ℓ″ as loss(y, t), first(y, t) and second(y, t) on vec4f. scale is 1/(entries of the
// whole batch) times the objective's weight. p0 and p1 are constants of ℓ.
// y, targets, adjoint, y_tangent, adjoint_tangent: [padded_rows, width], of which [rows, real] are not padding; the padding becomes 0;
// row_loss: [padded_rows].
// One invocation per row; dispatch: workgroups of 64 along x and y. Entries are added in their order, in f32: every run gives the
// same bits.
{{uniform rows: u32, padded_rows: u32, width: u32, real: u32, scale: f32, p0: f32, p1: f32, add: u32, sampled: u32}}
{{read y}}
{{read targets}}
{{write adjoint: array<vec4f>}}
{{write row_loss: array<f32>}}
{{if tangents}}
{{read y_tangent}}
{{write adjoint_tangent: array<vec4f>}}
{{end}}
{{include invocation_index}}

{{include loss}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = invocation_index(id, groups, 64u);
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
{{if tangents}}
    let curvature = u.scale * second(at, goal);
    adjoint_tangent[i] = select(vec4f(), select(curvature, sqrt(curvature), u.sampled == 1u) * y_tangent(i), exists);
{{end}}
  }
  var total = u.scale * sum;
  if (u.add == 1u) { total += row_loss[row]; }
  row_loss[row] = total;
}
