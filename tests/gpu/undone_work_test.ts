import { assertEquals, assertRejects } from "@std/assert";
import { openDevice } from "../../mod.ts";
import type { DeviceBuffer } from "../../lib/gpu/buffer.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import type { Kernel } from "../../lib/gpu/kernel.ts";

const NUMBERS = [1, 2, 3, 4];

/** Copies a vec4, which is read from a mirror texture with that access. */
const copySource = {
  name: "copy",
  text: `{{uniform length: u32}}
{{read source}}
{{write destination: array<vec4f>}}
{{include each_entry}}
fn entry(i: u32) { destination[i] = source(i); }`,
};

/** The same, but it does not compile. */
const brokenSource = { name: "broken", text: copySource.text.replace("source(i)", "no_such_function(i)") };

function record(gpu: Gpu, kernel: Kernel, source: DeviceBuffer, destination: DeviceBuffer): void {
  gpu.dispatch(kernel, { source, destination }, { length: 1 }, [1]);
}

async function numbersIn(gpu: Gpu, buffer: DeviceBuffer): Promise<number[]> {
  return [...new Float32Array((await gpu.read(buffer))[0])];
}

for (const operands of ["buffer", "texture"] as const) {
  Deno.test(`after the device refuses a submission, operands read from ${operands}s have their numbers`, async () => {
    using gpu = await openDevice({ kernels: "register", operands });
    using source = gpu.buffer("source", 16);
    using destination = gpu.buffer("destination", 16);
    gpu.write(source, new Float32Array(NUMBERS));
    // Making a kernel submits what was recorded before.
    const [copy, broken] = [copySource, brokenSource].map((kernel) => gpu.kernel(kernel));
    record(gpu, copy, source, destination);
    record(gpu, broken, source, destination);
    await assertRejects(() => gpu.synchronize(), Error, "broken");
    record(gpu, copy, source, destination);
    assertEquals(await numbersIn(gpu, destination), NUMBERS);
  });

  Deno.test(`after a guard ends recorded work, operands read from ${operands}s have their numbers`, async () => {
    using gpu = await openDevice({ kernels: "register", operands });
    using source = gpu.buffer("source", 16);
    using destination = gpu.buffer("destination", 16);
    gpu.write(source, new Float32Array(NUMBERS));
    const copy = gpu.kernel(copySource);
    record(gpu, copy, source, destination);
    gpu.guard = () => {
      throw new Error("over");
    };
    await assertRejects(() => gpu.synchronize(), Error, "over");
    record(gpu, copy, source, destination);
    assertEquals(await numbersIn(gpu, destination), NUMBERS);
  });
}

Deno.test("after a guard ends recorded work, errors of the device are still reported", async () => {
  using gpu = await openDevice({ kernels: "register" });
  using buffer = gpu.buffer("guarded", 16);
  gpu.clear(buffer);
  gpu.guard = () => {
    throw new Error("over");
  };
  await assertRejects(() => gpu.synchronize(), Error, "over");
  gpu.device.queue.writeBuffer(buffer.handle, 0, new Float32Array(8));
  await assertRejects(() => gpu.synchronize(), Error, "WebGPU:");
});
