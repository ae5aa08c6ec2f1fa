// Rays composited into pixels for pictures (docs/math.md, section 4, with T, α, w as in volume_rendering.wgsl):
//   rendered[ray] = (Σ wᵢcᵢ + (1 − Σwᵢ) background, Σwᵢ), (Σ wᵢ(tᵢ + tᵢ₊₁)/2, t½, σ½, 0);  weights[ray, i] = wᵢ
// t½ is the depth at which the opacity of what is passed reaches Σwᵢ/2, that is an optical depth of −log(1 − Σwᵢ/2), and
// σ½ the density there.
// density, colour: [rows, 16], row = ray·intervals + i; edges: [rays, edge_stride]; rendered: [rays, 2] vec4s; weights: [rays, intervals].
// One invocation per ray; dispatch: workgroups of 64 along x and y. A ray's intervals are added in their order, in f32: every run
// gives the same bits.
{{uniform rays: u32, intervals: u32, edge_stride: u32, background: f32, density_scale: f32}}
{{read density: array<vec4f>}}
{{read colour: array<vec4f>}}
{{read edges: array<f32>}}
{{write rendered: array<vec4f>}}
{{write weights: array<f32>}}
{{include invocation_index}}

{{include real_number}}
{{include volume_medium}}

// The depth at which a ray has passed an optical depth, and the density there.
fn median(ray: u32, aim: f32) -> vec2f {
  var before = 0.0;
  for (var i = 0u; i < u.intervals; i++) {
    let near = edges[ray * u.edge_stride + i];
    let far = edges[ray * u.edge_stride + i + 1u];
    let depth = u.density_scale * (far - near) * softplus(density[(ray * u.intervals + i) * 4u].x);
    if (before + depth >= aim) {
      return vec2f(near + (far - near) * clamp((aim - before) / max(depth, 1e-30), 0.0, 1.0), depth / (far - near));
    }
    before += depth;
  }
  return vec2f(edges[ray * u.edge_stride + u.intervals], 0.0);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let ray = invocation_index(id, groups, 64u);
  if (ray >= u.rays) { return; }
  var before = 0.0;
  var seen = 0.0;
  var distance = 0.0;
  var mixed = vec3f();
  for (var i = 0u; i < u.intervals; i++) {
    let row = ray * u.intervals + i;
    let near = edges[ray * u.edge_stride + i];
    let far = edges[ray * u.edge_stride + i + 1u];
    let depth = u.density_scale * (far - near) * softplus(density[row * 4u].x);
    let weight = transmittance(before) * opacity(depth);
    let k = colour[row * 4u];
    mixed += weight * vec3f(logistic(k.x), logistic(k.y), logistic(k.z));
    seen += weight;
    distance += weight * 0.5 * (near + far);
    weights[row] = weight;
    before += depth;
  }
  rendered[ray * 2u] = vec4f(mixed + u.background * (1.0 - seen), seen);
  rendered[ray * 2u + 1u] = vec4f(distance, median(ray, -log(1.0 - 0.5 * seen)), 0.0);
}
