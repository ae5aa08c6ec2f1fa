// The adjoint of an activation over one layer with derivatives by the field's inputs (docs/math.md, section 3.4; a_m and a_mk are the
// activation's derivatives by the maps):
//   Z̄_m^j = Ā^j ⊙ a_m(Z),  Z̄_m = Ā ⊙ a_m(Z) + Σ_k a_mk(Z) ⊙ Σ_j Ā^j ⊙ Z_k^j
// z, z_adjoint: [blocks, rows, maps, width]; a_adjoint: [blocks, rows, width]; block 0 has values, the others derivatives.
// One invocation per 4 entries of one block of a_adjoint; dispatch: workgroups of 64 along x and y. Sums are taken in the order of j and k:
// every run gives the same bits.
{{uniform rows: u32, width: u32, directions: u32, p0: f32, p1: f32}}
{{read z}}
{{read a_adjoint}}
{{write z_adjoint: array<vec4f>}}
{{include each_preactivation}}

fn entry(i: u32, first: u32, at: Preactivation) {
  let width = u.width / 4u;
  let block = u.rows * width;
{{for m in 0..maps}}
  let slope_{{m}} = partial_{{m}}(at);
  var pull_{{m}} = vec4f();
{{end}}
  for (var j = 1u; j <= u.directions; j++) {
    let along = a_adjoint(i + j * block);
{{for m in 0..maps}}{
      let place = first + (j * {{maps}}u) * block + {{m}}u * width;
      z_adjoint[place] = along * slope_{{m}};
      pull_{{m}} += along * z(place);
    }
{{end}}
  }
  let adjoint = a_adjoint(i);
{{for m in 0..maps}}{
    var curvature = vec4f();
    {{for k in 0..maps}}curvature += partial_{{m}}_{{k}}(at) * pull_{{k}};
    {{end}}
    z_adjoint[first + {{m}}u * width] = adjoint * slope_{{m}} + curvature;
  }
{{end}}
}
