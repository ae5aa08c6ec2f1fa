// The tangent of an activation over one layer (docs/math.md, section 3; a_m is the activation's derivative by map m):  Ȧ = Σ_m a_m(Z) ⊙ Ż_m
// z, z_tangent: [rows, maps, width]; a_tangent: [rows, width]. Padded columns have Ż = 0 and stay 0.
// One invocation per 4 entries of a_tangent; dispatch: workgroups of 64 along x and y. Entries are independent and maps are summed
// in their order: every run gives the same bits.
{{uniform rows: u32, width: u32, p0: f32, p1: f32}}
{{read z}}
{{read z_tangent}}
{{write a_tangent: array<vec4f>}}
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
  var tangent = vec4f();
{{for m in 0..maps}}
  tangent += partial_{{m}}(at) * z_tangent(at_map + {{m}}u * width);
{{end}}
  a_tangent[i] = tangent;
}
