// The product of two vectors, entry by entry:  product = x ⊙ y
// x, y, product: [length] vec4s.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32}}
{{read x}}
{{read y}}
{{write product: array<vec4f>}}
{{include each_entry}}

fn entry(i: u32) {
  product[i] = x(i) * y(i);
}
