// The tangent of an activation's adjoint over one layer with derivatives by the field's inputs (docs/math.md, section 3.4; a_m, a_mk and
// a_mkl are the activation's derivatives by the maps):
//   R(Z̄_m^j) = R(Ā^j) ⊙ a_m(Z) + Ā^j ⊙ Σ_k a_mk(Z) ⊙ Ż_k
//   R(Z̄_m) = R(Ā) ⊙ a_m(Z) + Σ_k a_mk(Z) ⊙ (Ā ⊙ Ż_k + Σ_j (R(Ā^j) ⊙ Z_k^j + Ā^j ⊙ Ż_k^j)) + Σ_kl a_mkl(Z) ⊙ Ż_l ⊙ Σ_j Ā^j ⊙ Z_k^j
// z, z_tangent, z_adjoint_tangent: [blocks, rows, maps, width]; a_adjoint, a_adjoint_tangent: [blocks, rows, width]; block 0 has values, the
// others derivatives.
// One invocation per 4 entries of one block of a_adjoint; dispatch: workgroups of 64 along x and y. Sums are taken in the order of j, k and l:
// every run gives the same bits.
{{uniform rows: u32, width: u32, directions: u32, p0: f32, p1: f32}}
{{read z}}
{{read z_tangent}}
{{read a_adjoint}}
{{read a_adjoint_tangent}}
{{write z_adjoint_tangent: array<vec4f>}}
{{include each_preactivation}}
{{include third}}

fn entry(i: u32, first: u32, at: Preactivation) {
  let width = u.width / 4u;
  let block = u.rows * width;
{{for m in 0..maps}}
  let z_tangent_{{m}} = z_tangent(first + {{m}}u * width);
  let slope_{{m}} = partial_{{m}}(at);
  var pull_{{m}} = vec4f();
  var pull_tangent_{{m}} = vec4f();
{{end}}
{{for m in 0..maps}}
  var change_{{m}} = vec4f();
  {{for k in 0..maps}}change_{{m}} += partial_{{m}}_{{k}}(at) * z_tangent_{{k}};
  {{end}}
{{end}}
  for (var j = 1u; j <= u.directions; j++) {
    let along = a_adjoint(i + j * block);
    let along_tangent = a_adjoint_tangent(i + j * block);
{{for m in 0..maps}}{
      let place = first + (j * {{maps}}u) * block + {{m}}u * width;
      z_adjoint_tangent[place] = along_tangent * slope_{{m}} + along * change_{{m}};
      pull_{{m}} += along * z(place);
      pull_tangent_{{m}} += along_tangent * z(place) + along * z_tangent(place);
    }
{{end}}
  }
  let adjoint = a_adjoint(i);
  let adjoint_tangent = a_adjoint_tangent(i);
{{for m in 0..maps}}{
    var curvature = vec4f();
    {{for k in 0..maps}}curvature += partial_{{m}}_{{k}}(at) * pull_tangent_{{k}};
    {{for l in 0..maps}}curvature += partial_{{m}}_{{k}}_{{l}}(at) * z_tangent_{{l}} * pull_{{k}};
    {{end}}{{end}}
    z_adjoint_tangent[first + {{m}}u * width] = adjoint_tangent * slope_{{m}} + adjoint * change_{{m}} + curvature;
  }
{{end}}
}
