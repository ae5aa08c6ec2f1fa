// What a radiance field is given at the middle of each interval, p = origin + (tᵢ + tᵢ₊₁)/2 direction:
//   position: space 0: p·scale;  space 1: ½ p where |p| ≤ 1, and beyond ½ (2 − 1/|p|) p/|p| (Barron et al. 2022, equation 10);  space 2: p
//   direction: the viewing direction
// rays: as rays.wgsl writes them; edges: [·, edge_stride]; position, direction: [padded_rows, stride], row = ray·intervals + i, of which
// three columns exist; the rest and rows from count·intervals on are 0.
// One invocation per row; dispatch: workgroups of 64 along x and y. Rows are independent: every run gives the same bits.
{{uniform count: u32, padded_rows: u32, intervals: u32, edge_stride: u32, stride: u32, space: u32, scale: f32}}
{{read rays: array<vec4f>}}
{{read edges: array<f32>}}
{{write position: array<vec4f>}}
{{write direction: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = invocation_index(id, groups, 64u);
  if (row >= u.padded_rows) { return; }
  let ray = row / u.intervals;
  var point = vec3f();
  var view = vec3f();
  if (ray < u.count) {
    let edge = ray * u.edge_stride + row % u.intervals;
    point = rays[3u * ray].xyz + 0.5 * (edges[edge] + edges[edge + 1u]) * rays[3u * ray + 1u].xyz;
    if (u.space == 0u) { point *= u.scale; }
    if (u.space == 1u) {
      let r = max(1.0, length(point));
      point *= 0.5 * (2.0 - 1.0 / r) / r;
    }
    view = rays[3u * ray + 2u].xyz;
  }
  let columns = u.stride / 4u;
  position[row * columns] = vec4f(point, 0.0);
  direction[row * columns] = vec4f(view, 0.0);
  for (var q = 1u; q < columns; q++) {
    position[row * columns + q] = vec4f();
    direction[row * columns + q] = vec4f();
  }
}
