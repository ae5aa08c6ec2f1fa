// The pixels of one batch:  batch[n] = colours[indices[first + n]],  n < rays; 0 elsewhere
// colours: two words per pixel with 16 bits per channel (red and green; blue and nothing), a value v stored as round(65535 v);
// batch: [padded_rays, stride], of which three columns exist.
// One invocation per ray; dispatch: workgroups of 64 along x and y. Rows are independent: every run gives the same bits.
{{uniform rays: u32, padded_rays: u32, stride: u32, first: u32}}
{{read indices: array<u32>}}
{{read colours: array<vec2u>}}
{{write batch: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = invocation_index(id, groups, 64u);
  if (n >= u.padded_rays) { return; }
  var colour = vec4f();
  if (n < u.rays) {
    let words = colours[indices[u.first + n]];
    colour = vec4f(unpack2x16unorm(words.x), unpack2x16unorm(words.y));
  }
  batch[n * u.stride / 4u] = colour;
  for (var q = 1u; q < u.stride / 4u; q++) { batch[n * u.stride / 4u + q] = vec4f(); }
}
