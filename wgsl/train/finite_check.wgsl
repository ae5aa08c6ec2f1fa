// A watch over a vector:  flags[flag] ← min(flags[flag], step) if an entry is not finite
// data: [length] vec4s; flags: the numbers of steps, one for each thing that is watched (`Workspace.flags`).
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. A minimum has no order: every run gives the same bits.
{{uniform length: u32, step: u32, flag: u32}}
{{read data}}
{{write flags: array<atomic<u32>>}}
{{include each_entry}}
{{include not_finite}}

fn entry(i: u32) {
  if (not_finite(data(i))) { atomicMin(&flags[u.flag], u.step); }
}
