// The tangent of an activation over one layer with derivatives by the field's inputs (docs/math.md, section 3.4; a_m and a_mk are the
// activation's derivatives by the maps):
//   Ȧ = Σ_m a_m(Z) ⊙ Ż_m,  Ȧ^j = Σ_m (a_m(Z) ⊙ Ż_m^j + Σ_k a_mk(Z) ⊙ Ż_k ⊙ Z_m^j)
// z, z_tangent: [blocks, rows, maps, width]; a_tangent: [blocks, rows, width]; block 0 has values, the others derivatives. Padded columns stay 0.
// One invocation per 4 entries of one block of a_tangent; dispatch: workgroups of 64 along x and y. Sums are taken in the order of m and k:
// every run gives the same bits.
{{uniform rows: u32, width: u32, directions: u32, p0: f32, p1: f32}}
{{read z}}
{{read z_tangent}}
{{write a_tangent: array<vec4f>}}
{{include each_preactivation}}

fn entry(i: u32, first: u32, at: Preactivation) {
  let width = u.width / 4u;
  let block = u.rows * width;
{{for m in 0..maps}}
  let slope_{{m}} = partial_{{m}}(at);
{{end}}
  var tangent = vec4f();
{{for m in 0..maps}}
  tangent += slope_{{m}} * z_tangent(first + {{m}}u * width);
{{end}}
  a_tangent[i] = tangent;
{{for m in 0..maps}}
  var change_{{m}} = vec4f();
  {{for k in 0..maps}}change_{{m}} += partial_{{m}}_{{k}}(at) * z_tangent(first + {{k}}u * width);
  {{end}}
{{end}}
  for (var j = 1u; j <= u.directions; j++) {
    var along = vec4f();
{{for m in 0..maps}}{
      let place = first + (j * {{maps}}u) * block + {{m}}u * width;
      along += slope_{{m}} * z_tangent(place) + change_{{m}} * z(place);
    }
{{end}}
    a_tangent[i + j * block] = along;
  }
}
