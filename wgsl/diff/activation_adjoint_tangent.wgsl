// The tangent of an activation's adjoint over one layer (docs/math.md, section 3; a_m and a_mk are the activation's derivatives by the maps):
//   R(Z̄_m) = R(Ā) ⊙ a_m(Z) + Ā ⊙ Σ_k a_mk(Z) ⊙ Ż_k
// z, z_tangent, z_adjoint_tangent: [rows, maps, width]; a_adjoint, a_adjoint_tangent: [rows, width].
// One invocation per 4 entries of a_adjoint; dispatch: workgroups of 64 along x and y. Entries are independent and k is summed in
// its order: every run gives the same bits.
{{uniform rows: u32, width: u32, p0: f32, p1: f32}}
{{read z}}
{{read z_tangent}}
{{read a_adjoint}}
{{read a_adjoint_tangent}}
{{write z_adjoint_tangent: array<vec4f>}}
{{include each_preactivation}}

fn entry(i: u32, first: u32, at: Preactivation) {
  let width = u.width / 4u;
{{for m in 0..maps}}
  let z_tangent_{{m}} = z_tangent(first + {{m}}u * width);
{{end}}
  let adjoint = a_adjoint(i);
  let adjoint_tangent = a_adjoint_tangent(i);
{{for m in 0..maps}}{
    var curvature = vec4f();
    {{for k in 0..maps}}curvature += partial_{{m}}_{{k}}(at) * z_tangent_{{k}};
    {{end}}
    z_adjoint_tangent[first + {{m}}u * width] = adjoint_tangent * partial_{{m}}(at) + adjoint * curvature;
  }
{{end}}
}
