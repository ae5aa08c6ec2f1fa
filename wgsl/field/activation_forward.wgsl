// An activation over one layer:  A = a(Z)
// z: [rows, maps, width]; a: [rows, width]. The width is padded to a multiple of 16; only `real` columns are not padding. The padding
// becomes 0 even if a(0) is not 0, so that padded parameters have no gradient.
// One invocation per 4 entries of a; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform rows: u32, width: u32, real: u32, p0: f32, p1: f32}}
{{read z}}
{{write a: array<vec4f>}}
{{include invocation_index}}

alias Preactivation = array<vec4f, {{maps}}>;
{{include activation}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  let width = u.width / 4u;
  if (i >= u.rows * width) { return; }
  let row = i / width;
  let column = i % width;
  var at: Preactivation;
{{for m in 0..maps}}
  at[{{m}}] = z((row * {{maps}}u + {{m}}u) * width + column);
{{end}}
  let exists = column * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(u.real);
  a[i] = select(vec4f(), value(at), exists);
}
