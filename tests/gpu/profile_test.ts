import { assertEquals, assertThrows } from "@std/assert";
import { readFloats } from "../support/device.ts";
import { openDevice } from "../../mod.ts";

const adding = {
  name: "adding",
  text: `{{uniform length: u32}}
{{read x}}
{{update y}}
{{write z: array<vec4f>}}
{{include each_entry}}
fn entry(i: u32) {
  y[i] = y_before(i) + x(i);
  z[i] = x(i);
}`,
};

Deno.test("a profile counts what a kernel reads and what it writes, however it reads its operands", async () => {
  for (const operands of ["buffer", "texture"] as const) {
    using gpu = await openDevice({ kernels: "register", operands });
    using x = gpu.buffer("x", 64);
    using y = gpu.buffer("y", 64);
    using z = gpu.buffer("z", 64);
    const { entries } = await gpu.profile(() => {
      for (let i = 0; i < 3; i++) gpu.dispatch(gpu.kernel(adding), { x, y, z }, { length: 4 }, [1], 5);
    });
    // x and y are read, y and z written.
    assertEquals(entries.map(({ dispatches, flops, bytes }) => ({ dispatches, flops, bytes })), [
      { dispatches: 3, flops: 15, bytes: 3 * 4 * 64 },
    ]);
  }
});

Deno.test("a dispatch that is refused while a profile is taken spoils no other work", async () => {
  using gpu = await openDevice({ kernels: "register" });
  using x = gpu.buffer("x", 64);
  using y = gpu.buffer("y", 64);
  using z = gpu.buffer("z", 64);
  gpu.write(x, new Float32Array(16).fill(3));
  const { entries } = await gpu.profile(() => {
    const kernel = gpu.kernel(adding);
    assertThrows(() => gpu.dispatch(kernel, { x, y, z }, {}, [1]), Error, "expected uniforms length");
    gpu.dispatch(kernel, { x, y, z }, { length: 4 }, [1]);
  });
  assertEquals(entries.map(({ dispatches }) => dispatches), [1]);
  assertEquals((await readFloats(gpu, y, 1))[0], 3);
});
