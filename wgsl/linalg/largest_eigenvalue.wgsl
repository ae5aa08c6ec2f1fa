// Estimates of the largest eigenvalues of symmetric positive semidefinite matrices A from high powers B of them:  λ = tr(AB)/tr(B)
// squares: for each matrix (first vec4, stride in vec4s, size, padded size); a, b: the matrices, padding 0; eigenvalues: [matrices].
// Dispatch: one workgroup of 64 per matrix, along x. Lane l adds vec4s l, l + 64, … in their order, then a tree adds the lanes, in
// f32: every run gives the same bits.
{{read squares}}
{{read a}}
{{read b}}
{{write eigenvalues: array<f32>}}
alias Lane = vec2f;
{{include lane_sum}}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let square = vec4u(squares(group.x));
  var product = vec4f();
  var trace = 0.0;
  for (var i = lane; i < square.w * square.y; i += 64u) {
    let entries = b(square.x + i);
    product += a(square.x + i) * entries;
    let row = i / square.y;
    if (i % square.y == row / 4u) { trace += dot(entries, vec4f(vec4u(row % 4u) == vec4u(0u, 1u, 2u, 3u))); }
  }
  let total = lane_sum(lane, vec2f((product.x + product.y) + (product.z + product.w), trace));
  if (lane == 0u) { eigenvalues[group.x] = total.x / total.y; }
}
