// Half precision (IEEE 754 binary16), as buffers store it: four numbers in two words, and back.
//   from_halves(to_halves(v)) = v rounded to 11 bits, to the nearest and ties to even;  infinity where |v| ≥ 65520 or v is not a number
// Below 2⁻¹⁴ numbers are multiples of 2⁻²⁴, which a driver may round down or flush to 0. Above that every run and every driver gives the
// same bits: pack2x16float may round in any direction and return anything for what is too large, so it is given neither.
fn to_halves(v: vec4f) -> vec2u {
  let bits = bitcast<vec4u>(v);
  let rounded = (bits + vec4u(0xfffu) + ((bits >> vec4u(13u)) & vec4u(1u))) & vec4u(0xffffe000u);
  let infinite = (bits & vec4u(0x7fffffffu)) >= vec4u(0x477ff000u);
  let finite = bitcast<vec4f>(select(rounded, vec4u(), infinite));
  let marks = select(vec4u(), vec4u(0x7c00u), infinite);
  return vec2u(pack2x16float(finite.xy) | marks.x | (marks.y << 16u), pack2x16float(finite.zw) | marks.z | (marks.w << 16u));
}

fn from_halves(words: vec2u) -> vec4f {
  return vec4f(unpack2x16float(words.x), unpack2x16float(words.y));
}
