// The adjoint of an activation over one layer (docs/math.md, section 2; a_m is the activation's derivative by map m):
//   Z̄_m = Ā ⊙ a_m(Z)
// z, z_adjoint: [rows, maps, width]; a_adjoint: [rows, width].
// One invocation per 4 entries of a_adjoint; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives
// the same bits.
{{uniform rows: u32, width: u32, p0: f32, p1: f32}}
{{read z}}
{{read a_adjoint}}
{{write z_adjoint: array<vec4f>}}
{{include each_preactivation}}

fn entry(i: u32, first: u32, at: Preactivation) {
  let adjoint = a_adjoint(i);
{{for m in 0..maps}}
  z_adjoint[first + {{m}}u * (u.width / 4u)] = adjoint * partial_{{m}}(at);
{{end}}
}
