// What a radiance field sees at the middle of each interval, p = origin + (tᵢ + tᵢ₊₁)/2 direction:
//   position = p·scale;  space 1: ½ p where |p| ≤ 1, ½ (2 − 1/|p|) p/|p| beyond (Barron et al. 2022, equation 10);  space 2: p
//   direction = the viewing direction
// rays: as rays.wgsl; edges: [·, edge_stride]; position, direction: [padded_rows, stride], row = ray·intervals + i, three columns,
// the rest and rows from rays·intervals on are 0. One invocation a row; dispatch: workgroups of 64 along x and y.
{{uniform count: u32, padded_rows: u32, intervals: u32, edge_stride: u32, stride: u32, space: u32, scale: f32}}
{{read rays: array<vec4f>}}
{{read edges: array<f32>}}
{{write position: array<vec4f>}}
{{write direction: array<vec4f>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * 64u;
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
