import { assertEquals } from "@std/assert";
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
