// A step of power iteration with columns put in order:  Y_:j = P_:o/‖L‖ + shift·size·Q_:o,  o = order[j], P = LQ
// The shift, as large as f32's error in P, keeps Y's columns independent where L is singular. For L = 0, Y_:j = Q_:o.
// squares: for each matrix (first vec4, stride in vec4s, size, padded size); p, q, y: the matrices; order: [matrices, largest]; norms:
// ‖L‖ of each. One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Each entry is independent:
// same bits on every run.
{{uniform largest: u32, shift: f32}}
{{read squares: array<vec4u>}}
{{read p}}
{{read q}}
{{read order: array<u32>}}
{{read norms: array<f32>}}
{{write y: array<vec4f>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let square = squares[id.z];
  let i = id.x + id.y * groups.x * 64u;
  let row = i / square.y;
  let column = i % square.y;
  if (row >= square.w) { return; }
  let norm = norms[id.z];
  var factors = vec2f(0.0, 1.0);
  if (norm > 0.0) { factors = vec2f(1.0 / norm, u.shift * f32(square.z)); }
  var entries = vec4f();
  for (var j = 0u; j < 4u; j++) {
    let from_column = order[id.z * u.largest + column * 4u + j];
    let at = square.x + row * square.y + from_column / 4u;
    entries[j] = p(at)[from_column % 4u] * factors.x + q(at)[from_column % 4u] * factors.y;
  }
  y[square.x + i] = entries;
}
