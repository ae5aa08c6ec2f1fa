// An activation over one layer with derivatives by the field's inputs (docs/math.md, section 3.4; a_m and a_mk are its derivatives by the maps).
// Behind the block of values there is one of derivatives for each direction j, and with `laplacian` one of Δ = Σ_j ∂²/∂x_j²:
//   A = a(Z),  A^j = Σ_m a_m(Z) ⊙ Z_m^j,  ΔA = Σ_m a_m(Z) ⊙ ΔZ_m + Σ_j Σ_mk a_mk(Z) ⊙ Z_m^j ⊙ Z_k^j
// z: [blocks, rows, maps, width]; a: [blocks, rows, width]. Of the width `real` columns are not padding; the padding becomes 0, since Z^j is 0
// there.
// One invocation per 4 entries of one block of a; dispatch: workgroups of 64 along x and y. Sums are taken in the order of j, m and k:
// every run gives the same bits.
{{uniform rows: u32, width: u32, real: u32, directions: u32, p0: f32, p1: f32}}
{{read z}}
{{write a}}
{{include each_preactivation}}

fn entry(i: u32, first: u32, at: Preactivation) {
  let width = u.width / 4u;
  let block = u.rows * width;
  let exists = i % width * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(u.real);
  write_a(i, select(vec4f(), value(at), exists));
{{for m in 0..maps}}
  let slope_{{m}} = partial_{{m}}(at);
{{end}}
  var laplacian = vec4f();
  for (var j = 1u; j <= u.directions; j++) {
    var derivative = vec4f();
{{for m in 0..maps}}
    let along_{{m}} = z(first + (j * {{maps}}u) * block + {{m}}u * width);
    derivative += slope_{{m}} * along_{{m}};
{{end}}
    write_a(i + j * block, derivative);
{{if laplacian}}
{{for m in 0..maps}}
    {{for k in 0..maps}}laplacian += partial_{{m}}_{{k}}(at) * along_{{m}} * along_{{k}};
    {{end}}
{{end}}
{{end}}
  }
{{if laplacian}}
  let last = u.directions + 1u;
{{for m in 0..maps}}
  laplacian += slope_{{m}} * z(first + (last * {{maps}}u) * block + {{m}}u * width);
{{end}}
  write_a(i + last * block, laplacian);
{{end}}
}
