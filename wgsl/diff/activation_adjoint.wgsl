// The adjoint of an activation over one layer (docs/math.md, section 2; a_m is the activation's derivative by map m):
//   Z̄_m = Ā ⊙ a_m(Z)
// z, z_adjoint: [rows, maps, width]; a_adjoint: [rows, width].
// One invocation per 4 entries of a_adjoint; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives
// the same bits.
{{uniform rows: u32, width: u32, p0: f32, p1: f32}}
{{read z}}
{{read a_adjoint}}
{{write z_adjoint: array<vec4f>}}
{{include invocation_index}}

alias Preactivation = array<vec4f, {{maps}}>;
{{include activation}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  let width = u.width / 4u;
  if (i >= u.rows * width) { return; }
  let at_map = i / width * {{maps}}u * width + i % width;
  var at: Preactivation;
{{for m in 0..maps}}
  at[{{m}}] = z(at_map + {{m}}u * width);
{{end}}
  let adjoint = a_adjoint(i);
{{for m in 0..maps}}
  z_adjoint[at_map + {{m}}u * width] = adjoint * partial_{{m}}(at);
{{end}}
}
