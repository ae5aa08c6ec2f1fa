// A step of power iteration that also sorts the columns:  Y_:j = P_:o/‖L‖ + shift·size·Q_:o,  o = order[j], P = LQ
// The shift is about the rounding error of P in f32; it keeps the columns of Y independent if L is singular. For L = 0, Y_:j = Q_:o.
// squares: for each matrix (first vec4, stride in vec4s, size, padded size); p, q, y: the matrices; order: [matrices, largest];
// norms: [matrices], ‖L‖ of each.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run gives
// the same bits.
{{uniform largest: u32, shift: f32}}
{{read squares}}
{{read p}}
{{read q}}
{{read order}}
{{read norms: array<f32>}}
{{write y: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let square = vec4u(squares(id.z));
  let i = invocation_index(id, groups, 64u);
  let row = i / square.y;
  let column = i % square.y;
  if (row >= square.w) { return; }
  let norm = norms[id.z];
  var factors = vec2f(0.0, 1.0);
  if (norm > 0.0) { factors = vec2f(1.0 / norm, u.shift * f32(square.z)); }
  let columns = vec4u(order(id.z * u.largest / 4u + column));
  var entries = vec4f();
{{for j in 0..4}}{
    let at = square.x + row * square.y + columns[{{j}}] / 4u;
    let c = columns[{{j}}] % 4u;
    entries[{{j}}] = p(at)[c] * factors.x + q(at)[c] * factors.y;
  }
{{end}}
  y[square.x + i] = entries;
}
