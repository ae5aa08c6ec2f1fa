// The tangent of an activation over one layer (docs/math.md, section 3; a_m is the activation's derivative by map m):  Ȧ = Σ_m a_m(Z) ⊙ Ż_m
// z, z_tangent: [rows, maps, width]; a_tangent: [rows, width]. Padded columns have Ż = 0 and stay 0.
// One invocation per 4 entries of a_tangent; dispatch: workgroups of 64 along x and y. Entries are independent and maps are summed
// in their order: every run gives the same bits.
{{uniform rows: u32, width: u32, p0: f32, p1: f32}}
{{read z}}
{{read z_tangent}}
{{write a_tangent: array<vec4f>}}
{{include each_preactivation}}

fn entry(i: u32, first: u32, at: Preactivation) {
  var tangent = vec4f();
{{for m in 0..maps}}
  tangent += partial_{{m}}(at) * z_tangent(first + {{m}}u * (u.width / 4u));
{{end}}
  a_tangent[i] = tangent;
}
