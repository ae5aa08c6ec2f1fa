// The tangent of an activation over one layer:  Ȧ = Σ_m a_m(Z) ⊙ Ż_m  (a_m: derivative by map m; docs/math.md, section 3)
// z, z_tangent: [rows, maps, width]; a_tangent: [rows, width]. Padded columns have Ż = 0 and stay 0.
// One invocation per 4 entries of a; dispatch: workgroups of 64 along x and y. Each entry is independent: same bits on
// every run.
{{uniform rows: u32, width: u32, p0: f32, p1: f32}}
{{read z}}
{{read z_tangent}}
{{write a_tangent: array<vec4f>}}

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
  var tangent = vec4f();
{{for m in 0..maps}}
  tangent += partial_{{m}}(at) * z_tangent(at_map + {{m}}u * width);
{{end}}
  a_tangent[i] = tangent;
}
