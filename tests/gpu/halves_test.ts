import { assertEquals, assertThrows } from "@std/assert";
import { openDevice } from "../../mod.ts";
import { readFloats } from "../support/device.ts";
import { randomNumbers } from "../support/random_numbers.ts";

const copyText = `{{uniform length: u32}}
{{read x}}
{{write y}}
{{include each_entry}}
fn entry(i: u32) { write_y(i, x(i)); }`;
const copy = { name: "copy", text: copyText };

const reverse = {
  name: "reverse",
  text: `{{uniform length: u32}}
{{read x: f32}}
{{read same: vec4f}}
{{write y}}
{{include each_entry}}
fn entry(i: u32) {
  let last = 4u * u.length - 1u - 4u * i;
  write_y(i, vec4f(x(last), x(last - 1u), x(last - 2u), x(last - 3u)) + 0.0 * same(i));
}`,
};

/** The smallest normal half. Below it a driver may round down or flush to zero. */
const NORMAL = 2 ** -14;

/** Numbers of all sizes that halves have, among them the ones between which rounding decides. */
function manyNumbers(): Float32Array {
  const random = randomNumbers(3);
  const numbers = [
    0,
    1,
    65504,
    65519.99,
    -65519.99,
    1 + 2 ** -11,
    1 + 3 * 2 ** -11,
    2047.5,
    2048.5,
    NORMAL,
    2 ** -15,
    2 ** -24,
  ];
  while (numbers.length < 4096) {
    const size = 2 ** (40 * random() - 24);
    if (size < 65504) numbers.push((random() < 0.5 ? -1 : 1) * size);
  }
  return Float32Array.from(numbers);
}

for (const operands of ["buffer", "texture"] as const) {
  Deno.test(`numbers are rounded to the nearest half, ties to even, where they are written (${operands})`, async () => {
    using gpu = await openDevice({ kernels: "register", operands });
    const numbers = manyNumbers();
    const count = numbers.length;
    using x = gpu.buffer("x", count * 4);
    using halves = gpu.buffer("halves", count * 2, "f16");
    using y = gpu.buffer("y", count * 4);
    using z = gpu.buffer("z", count * 4);
    gpu.write(x, numbers);
    const length = { length: count / 4 };
    gpu.dispatch(gpu.kernel(copy), { x, y: halves }, length, [count / 256]);
    gpu.dispatch(gpu.kernel(copy), { x: halves, y }, length, [count / 256]);
    gpu.dispatch(gpu.kernel(reverse), { x: halves, same: halves, y: z }, length, [count / 256]);
    const found = await readFloats(gpu, y, count);
    assertEquals(await readFloats(gpu, z, count), found.toReversed());
    numbers.forEach((number, i) => {
      const expected = Math.f16round(number);
      const error = Math.abs(found[i] - expected);
      if (Math.abs(number) >= NORMAL ? error > 0 : error > Math.abs(number) + 2 ** -24) {
        throw new Error(`expected ${number} to be stored as ${expected}, found ${found[i]}`);
      }
    });
  });

  Deno.test(`what no half can hold is never stored as a finite number (${operands})`, async () => {
    using gpu = await openDevice({ kernels: "register", operands });
    const large = [65520, -65520, 7e4, -1e38, Infinity, -Infinity, NaN, -NaN];
    const numbers = Float32Array.from(large.flatMap((each) => [1, each]));
    // A NaN all of whose bits are set: adding to them would make a small number of it.
    new Uint32Array(numbers.buffer)[15] = 0xffffffff;
    using x = gpu.buffer("x", 64);
    using halves = gpu.buffer("halves", 32, "f16");
    using y = gpu.buffer("y", 64);
    gpu.write(x, numbers);
    gpu.dispatch(gpu.kernel(copy), { x, y: halves }, { length: 4 }, [1]);
    gpu.dispatch(gpu.kernel(copy), { x: halves, y }, { length: 4 }, [1]);
    const found = await readFloats(gpu, y, 16);
    assertEquals([...found].map(Number.isFinite), large.flatMap(() => [true, false]));
  });
}

Deno.test("a kernel that knows a buffer as one of single precision refuses halves", async () => {
  using gpu = await openDevice({ kernels: "register", operands: "buffer" });
  using x = gpu.buffer("x", 64);
  using halves = gpu.buffer("halves", 32, "f16");
  const typed = {
    name: "typed",
    text: copyText.replace("{{write y}}", "{{write y: array<vec4f>}}").replace("write_y(i, x(i))", "y[i] = x(i)"),
  };
  const message = "kernel typed: expected a buffer of single precision for y, found one of half precision.";
  assertThrows(() => gpu.dispatch(gpu.kernel(typed), { x, y: halves }, { length: 4 }, [1]), Error, message);
});
