import { assertThrows } from "@std/assert";
import { openDevice } from "../../mod.ts";

const source = {
  name: "counting",
  text: `{{uniform length: u32}}
{{write x: array<vec4f>}}
{{include each_entry}}
fn entry(i: u32) { x[i] = vec4f(1.0); }`,
};

Deno.test("a uniform that its type cannot hold is refused, and not cut off", async () => {
  using gpu = await openDevice({ kernels: "register" });
  using x = gpu.buffer("x", 64);
  for (const length of [2 ** 32, -1, 1.5, NaN]) {
    assertThrows(
      () => gpu.dispatch(gpu.kernel(source), { x }, { length }, [1]),
      Error,
      `counting: uniform length: expected a whole number from 0 to 4294967295, found ${length}.`,
    );
  }
  gpu.dispatch(gpu.kernel(source), { x }, { length: 4 }, [1]);
  await gpu.synchronize();
});
