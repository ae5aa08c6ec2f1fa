// A step of power iteration that also sorts the columns:  Y_:j = P_:o/‖L‖ + shift·size·Q_:o,  o = order[j], P = LQ
// The shift is about the rounding error of P in f32; it keeps the columns of Y independent if L is singular. For L = 0, Y_:j = Q_:o.
// squares: as the snippet each_square_entry declares them; p, q, y: the matrices; order: [matrices, largest];
// norms: [matrices], ‖L‖ of each.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run gives
// the same bits.
{{uniform largest: u32, shift: f32}}
{{read p}}
{{read q}}
{{read order}}
{{read norms: array<f32>}}
{{write y: array<vec4f>}}
{{include each_square_entry}}

fn entry(at: SquareEntry) {
  let norm = norms[at.matrix];
  var factors = vec2f(0.0, 1.0);
  if (norm > 0.0) { factors = vec2f(1.0 / norm, u.shift * f32(at.size)); }
  let columns = vec4u(order(at.matrix * u.largest / 4u + at.column));
  var entries = vec4f();
{{for j in 0..4}}{
    let source = at.first + at.row * at.stride + columns[{{j}}] / 4u;
    let c = columns[{{j}}] % 4u;
    entries[{{j}}] = p(source)[c] * factors.x + q(source)[c] * factors.y;
  }
{{end}}
  y[at.index] = entries;
}
