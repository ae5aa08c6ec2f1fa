// The components of a vector along the first vectors of a basis:  components[j] = ⟨b_j, w⟩
// basis: [count, length] vec4s, whose padding is 0; w: [length] vec4s; components: [count].
// Dispatch: one workgroup of 64 per vector of the basis, along x. Lane l adds vec4s l, l + 64, … in their order, then a tree adds the
// lanes, in f32: every run gives the same bits.
{{uniform length: u32}}
{{read basis}}
{{read w}}
{{write components: array<f32>}}
alias Lane = vec4f;
{{include lane_sum}}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sum = vec4f();
  for (var i = lane; i < u.length; i += 64u) { sum += basis(group.x * u.length + i) * w(i); }
  let total = lane_sum(lane, sum);
  if (lane == 0u) { components[group.x] = (total.x + total.y) + (total.z + total.w); }
}
