// The adjoint of an activation over one layer:  Z̄_m = Ā ⊙ a_m(Z);  with tangents also
//   R(Z̄_m) = R(Ā) ⊙ a_m(Z) + Ā ⊙ Σ_k a_mk(Z) ⊙ Ż_k   (MATH §3; a_m, a_mk: derivatives by the maps)
// z, z_tangent, z_adjoint, z_adjoint_tangent: [rows, maps, width]; a_adjoint, a_adjoint_tangent: [rows, width].
// One invocation per 4 entries of a; dispatch: workgroups of 64 along x and y. Each entry is independent: same bits on
// every run.
{{uniform rows: u32, width: u32, p0: f32, p1: f32}}
{{read z}}
{{read a_adjoint}}
{{write z_adjoint: array<vec4f>}}
{{for t in 0..tangents}}
{{read z_tangent}}
{{read a_adjoint_tangent}}
{{write z_adjoint_tangent: array<vec4f>}}
{{end}}

alias Preactivation = array<vec4f, {{maps}}>;
{{activation}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  let width = u.width / 4u;
  if (i >= u.rows * width) { return; }
  let at_map = i / width * {{maps}}u * width + i % width;
  var at: Preactivation;
{{for m in 0..maps}}
  at[{{m}}] = z(at_map + {{m}}u * width);
{{end}}
  let adjoint = a_adjoint(i);
{{for m in 0..maps}}
  let first_{{m}} = partial_{{m}}(at);
  z_adjoint[at_map + {{m}}u * width] = adjoint * first_{{m}};
{{end}}
{{for t in 0..tangents}}
  let adjoint_tangent = a_adjoint_tangent(i);
{{for k in 0..maps}}
  let z_tangent_{{k}} = z_tangent(at_map + {{k}}u * width);
{{end}}
{{for m in 0..maps}}{
    var curvature = vec4f();
    {{for k in 0..maps}}curvature += partial_{{m}}_{{k}}(at) * z_tangent_{{k}};
    {{end}}
    z_adjoint_tangent[at_map + {{m}}u * width] = adjoint_tangent * first_{{m}} + adjoint * curvature;
  }
{{end}}
{{end}}
}
