import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { createField, gaussian, mlp, openDevice } from "../../mod.ts";
import { DeviceLostError, type Gpu, OutOfMemoryError } from "../../lib/gpu/mod.ts";

const message = "The GPU device was lost (device was lost): a new one has to be opened.";

Deno.test("whatever waits for a lost device throws DeviceLostError, at once and later", async () => {
  const work: Record<string, (gpu: Gpu) => unknown> = {
    read: (gpu) => gpu.read(gpu.buffer("x", 64)),
    evaluate: async (gpu) => {
      using field = createField(gpu, mlp({ inputs: 2, hidden: [8], outputs: 1, activation: gaussian() }));
      return await field.evaluate(new Float32Array(2));
    },
    "read while it is lost": (gpu) => {
      const reading = gpu.read(gpu.buffer("x", 64));
      gpu.device.destroy();
      return reading;
    },
  };
  for (const [name, action] of Object.entries(work)) {
    using gpu = await openDevice();
    if (!name.includes("while")) gpu.device.destroy();
    const error = await assertRejects(async () => await action(gpu), DeviceLostError);
    assertEquals(error.message, message, name);
    await assertRejects(() => gpu.synchronize(), DeviceLostError, message);
    await assertRejects(() => gpu.read(gpu.buffer("y", 16)), DeviceLostError, message);
    assertThrows(() => gpu.check(), DeviceLostError, message);
  }
});

Deno.test("a device that is disposed is not lost", async () => {
  const gpu = await openDevice();
  gpu[Symbol.dispose]();
  await gpu.device.lost;
  gpu.check();
});

Deno.test("a buffer that does not fit is named, with what it needs and what there is", async () => {
  using gpu = await openDevice();
  const limit = Math.min(gpu.device.limits.maxBufferSize, gpu.device.limits.maxStorageBufferBindingSize);
  const error = assertThrows(() => gpu.buffer("huge", limit + 1), OutOfMemoryError);
  assertEquals(error.shortage, { label: "huge", bytes: Math.ceil((limit + 1) / 16) * 16, limit });
  assert(error.message.startsWith(`huge: expected at most ${limit} bytes`), error.message);

  // The device says later that its memory was exhausted; here it is made to say so.
  using first = gpu.buffer("first", 1 << 20);
  const { device } = gpu;
  const pop = device.popErrorScope.bind(device);
  device.popErrorScope = () => pop().then(() => new GPUOutOfMemoryError("none left"));
  const second = gpu.buffer("second", 1 << 20);
  device.popErrorScope = pop;
  const exhausted = await assertRejects(() => gpu.read(first, second));
  assertInstanceOf(exhausted, OutOfMemoryError);
  assertEquals(exhausted.shortage, { label: "second", bytes: 1 << 20, used: 1 << 20 });
  assertEquals(
    exhausted.message,
    "second: expected 1048576 bytes of free device memory besides the 1048576 bytes in use, found less.",
  );
});

Deno.test("a texture that mirrors a buffer, and what a buffer is read to, are named where they do not fit", async () => {
  const text = `{{uniform length: u32}}
{{read source}}
{{write destination: array<vec4f>}}
{{include each_entry}}
fn entry(i: u32) { destination[i] = source(i); }`;
  for (const what of ["mirror", "read"]) {
    using gpu = await openDevice({ kernels: "register", operands: "texture" });
    using source = gpu.buffer("source", 1 << 20);
    using destination = gpu.buffer("destination", 1 << 20);
    const kernel = gpu.kernel({ name: "copy", text });
    const { device } = gpu;
    const pop = device.popErrorScope.bind(device);
    const exhaust = () => device.popErrorScope = () => pop().then(() => new GPUOutOfMemoryError("none left"));
    if (what === "mirror") exhaust();
    gpu.dispatch(kernel, { source, destination }, { length: 1 }, [1]);
    device.popErrorScope = pop;
    if (what === "read") exhaust();
    const reading = gpu.read(source);
    device.popErrorScope = pop;
    await assertRejects(() => reading, OutOfMemoryError, `source (${what})`);
  }
});

Deno.test("twenty devices, opened and disposed, hold no staging memory", async () => {
  const begin = Deno.memoryUsage().external;
  for (let i = 0; i < 20; i++) {
    using _ = await openDevice();
  }
  // Each recorder stages 1 MiB, which the garbage collector would free only later.
  assert(Deno.memoryUsage().external - begin < 10 * 2 ** 20);
});
