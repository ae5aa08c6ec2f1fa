// Where the intervals of rays end:  t(x) = start + x (end − start), or for space 1 equal steps of 1/t, at x = i/intervals
// Where jitter = 1 the inner ends are moved by up to half a step either way: x = (i + U)/intervals, with U in [−½, ½) made of
// threefry(key, ((place + n)·(intervals + 1) + i, step)). `place` is the batch's first ray here, so that a ray draws the same numbers
// in whatever chunk it comes.
// rays: as rays.wgsl writes them; edges: [padded_rays, stride], columns from intervals + 1 on and rows from `count` on are 0.
// One invocation per entry; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform count: u32, padded_rays: u32, intervals: u32, stride: u32, space: u32, jitter: u32, place: u32, key0: u32, key1: u32, step: u32}}
{{read rays: array<vec4f>}}
{{write edges: array<f32>}}
{{include invocation_index}}
{{include threefry}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = invocation_index(id, groups, 64u);
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
