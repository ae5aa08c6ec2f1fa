// A copy, which measures how many bytes per second the memory carries and, with one workgroup, what a dispatch costs:
//   destination_i ← source_i
// source, destination: [length] vec4s, so that 32·length bytes move.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. The copy is exact.
{{uniform length: u32}}
{{read source}}
{{write destination: array<vec4f>}}
{{include each_entry}}

fn entry(i: u32) {
  destination[i] = source(i);
}
