// Further ends of intervals, placed where the coarse intervals contribute to the pixel (Mildenhall et al. 2020, section 5.2), and
// sorted in among the coarse ones:
//   pᵢ = (wᵢ + 1e−5)/Σⱼ(wⱼ + 1e−5), w as in volume_rendering.wgsl, so that rays through empty space are refined evenly
//   edges = coarse ∪ {P⁻¹((j + U)/fine), j < fine},  P being the distribution function of p, linear within an interval
// U is ½, or where jitter = 1 uniform in [0, 1), made of threefry(key, ((place + n)·fine + j, step)). `place` is the batch's first ray
// here, so that a ray draws the same numbers in whatever chunk it comes.
// coarse: [·, coarse_stride]; density: [·, 16], of which 1 column exists, row = ray·intervals + i; edges: [padded_rays, stride], columns
// from intervals + fine + 1 on and rows from `rays` on are 0.
// One invocation per ray; dispatch: workgroups of 64 along x and y. A ray's intervals are processed in their order, in f32: every run
// gives the same bits.
{{uniform rays: u32, padded_rays: u32, intervals: u32, fine: u32, coarse_stride: u32, stride: u32, density_scale: f32, jitter: u32, place: u32, key0: u32, key1: u32, step: u32}}
{{read coarse: array<f32>}}
{{read density: array<vec4f>}}
{{write edges: array<f32>}}
{{include invocation_index}}

{{include real_number}}
{{include volume_medium}}
{{include threefry}}

fn share(before: f32, depth: f32) -> f32 { return transmittance(before) * opacity(depth) + 1e-5; }

fn depth_at(ray: u32, i: u32) -> f32 {
  let edge = ray * u.coarse_stride + i;
  return u.density_scale * (coarse[edge + 1u] - coarse[edge]) * softplus(density[(ray * u.intervals + i) * 4u].x);
}

// (j + U)/fine.
fn level(ray: u32, j: u32) -> f32 {
  var within = 0.5;
  if (u.jitter == 1u) {
    let bits = threefry(vec2u(u.key0, u.key1), vec2u((u.place + ray) * u.fine + j, u.step)).x;
    within = f32(bits >> 8u) / 16777216.0;
  }
  return (f32(j) + within) / f32(u.fine);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let ray = invocation_index(id, groups, 64u);
  if (ray >= u.padded_rays) { return; }
  var at = ray * u.stride;
  let end = at + u.stride;
  if (ray < u.rays) {
    var total = 0.0;
    var before = 0.0;
    for (var i = 0u; i < u.intervals; i++) {
      let depth = depth_at(ray, i);
      total += share(before, depth);
      before += depth;
    }
    var below = 0.0;
    var j = 0u;
    before = 0.0;
    for (var i = 0u; i < u.intervals; i++) {
      let near = coarse[ray * u.coarse_stride + i];
      let far = coarse[ray * u.coarse_stride + i + 1u];
      let depth = depth_at(ray, i);
      let p = share(before, depth) / total;
      edges[at] = near;
      at++;
      // What rounding leaves over goes to the last interval.
      while (j < u.fine && (i + 1u == u.intervals || level(ray, j) < below + p)) {
        edges[at] = near + clamp((level(ray, j) - below) / p, 0.0, 1.0) * (far - near);
        at++;
        j++;
      }
      below += p;
      before += depth;
    }
    edges[at] = coarse[ray * u.coarse_stride + u.intervals];
    at++;
  }
  while (at < end) {
    edges[at] = 0.0;
    at++;
  }
}
