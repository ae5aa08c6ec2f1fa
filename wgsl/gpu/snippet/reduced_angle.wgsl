// reduced(x) = x minus whole turns. The accuracy of sin and cos is specified on [−π, π] only, so larger arguments are reduced first.
// 2π is subtracted in two parts, which keeps the error near 1.7e−7 up to |x| = 3000.
fn reduced(x: vec4f) -> vec4f {
  let turns = round(x * 0.15915494309189535);
  return (x - turns * 6.28125) - turns * 0.0019353071795864769;
}
