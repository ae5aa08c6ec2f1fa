// Where the intervals of rays end:  t(x) = start + x (end − start), or with equal steps of 1/t for space 1, at x = i/intervals,
//   inner ones moved by up to half a step either way, x = (i + U[−½, ½))/intervals, where `jitter` is set
// U: threefry(key, ((place + n)·(intervals + 1) + i, step)): `place` is the batch's first ray here, so that a ray draws the same
// in whatever chunk it comes. rays: as rays.wgsl; edges: [padded_rays, stride], columns from intervals + 1 and rows from `rays`
// on are 0. One invocation an entry; dispatch: workgroups of 64 along x and y.
{{uniform count: u32, padded_rays: u32, intervals: u32, stride: u32, space: u32, jitter: u32, place: u32, key0: u32, key1: u32, step: u32}}
{{read rays: array<vec4f>}}
{{write edges: array<f32>}}
{{threefry}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = id.x + id.y * groups.x * 64u;
  let n = at / u.stride;
  let i = at % u.stride;
  if (n >= u.padded_rays) { return; }
  var t = 0.0;
  if (n < u.count && i <= u.intervals) {
    var x = f32(i);
    if (u.jitter == 1u && i > 0u && i < u.intervals) {
      let bits = threefry(vec2u(u.key0, u.key1), vec2u((u.place + n) * (u.intervals + 1u) + i, u.step)).x;
      x += f32(bits >> 8u) / 16777216.0 - 0.5;
    }
    x /= f32(u.intervals);
    let start = rays[3u * n].w;
    let end = rays[3u * n + 1u].w;
    t = start + x * (end - start);
    if (u.space == 1u) { t = 1.0 / ((1.0 - x) / start + x / end); }
  }
  edges[at] = t;
}
