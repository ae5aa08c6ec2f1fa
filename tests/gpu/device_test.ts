import { assert, assertEquals, assertLess, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { openDevice } from "../../mod.ts";
import { fileDevice, readFloats } from "../support/device.ts";
import { memoryAfterCollection } from "../support/memory.ts";

const gpu = await fileDevice();

const doubling = {
  name: "doubling",
  text: `{{uniform length: u32, factor: f32}}
{{read x}}
{{write y: array<vec4f>}}
@compute @workgroup_size(4)
fn main(@builtin(global_invocation_id) id: vec3u) { if (id.x < u.length) { y[id.x] = u.factor * x(id.x); } }`,
};

Deno.test("a buffer counts as alive from its making until it is disposed, once", () => {
  const [count, bytes] = [gpu.liveBuffers, gpu.liveBytes];
  const buffer = gpu.buffer("some", 100);
  assertEquals([gpu.liveBuffers - count, gpu.liveBytes - bytes], [1, 112]);
  buffer[Symbol.dispose]();
  buffer[Symbol.dispose]();
  assertEquals([gpu.liveBuffers, gpu.liveBytes], [count, bytes]);
});

Deno.test("a disposed buffer cannot be written, read, copied, cleared or bound, even where it was bound before", async () => {
  using other = gpu.buffer("other", 64);
  const gone = gpu.buffer("gone", 64);
  const bind = () => gpu.dispatch(gpu.kernel(doubling), { x: gone, y: other }, { length: 4, factor: 2 }, [1]);
  bind();
  gone[Symbol.dispose]();
  const message = "gone: used after it was disposed.";
  assertThrows(bind, Error, message);
  assertThrows(() => gpu.write(gone, new Float32Array(4)), Error, message);
  assertThrows(() => gpu.copy(gone, other), Error, message);
  assertThrows(() => gpu.copy(other, gone), Error, message);
  assertThrows(() => gpu.clear(gone), Error, message);
  await assertRejects(() => gpu.read(gone), Error, message);
  await gpu.synchronize();
});

Deno.test("work recorded with a buffer is done although the buffer is disposed before it is submitted", async () => {
  using y = gpu.buffer("y", 64);
  {
    using x = gpu.buffer("x", 64);
    gpu.write(x, Float32Array.from({ length: 16 }, (_, i) => i));
    gpu.dispatch(gpu.kernel(doubling), { x, y }, { length: 4, factor: 3 }, [1]);
  }
  assertEquals(await readFloats(gpu, y, 16), Float32Array.from({ length: 16 }, (_, i) => 3 * i));
});

Deno.test("a buffer remembers nothing of those that were bound together with it and are disposed", async () => {
  using x = gpu.buffer("x", 64);
  const useWithNew = async (count: number) => {
    for (let i = 0; i < count; i++) {
      using y = gpu.buffer("y", 64);
      gpu.dispatch(gpu.kernel(doubling), { x, y }, { length: 4, factor: 2 }, [1]);
      if (i % 100 === 0) await gpu.synchronize();
    }
    return await memoryAfterCollection();
  };
  const before = await useWithNew(1000);
  const after = await useWithNew(4000);
  // A remembered key of a bind group takes more than 50 bytes.
  assertLess(after.heap - before.heap, 4000 * 25);
});

Deno.test("recorded work, writes, copies and reads take effect in the order written", async () => {
  using x = gpu.buffer("x", 16);
  using y = gpu.buffer("y", 16);
  gpu.write(x, Float32Array.of(1, 2, 3, 4));
  gpu.dispatch(gpu.kernel(doubling), { x, y }, { length: 1, factor: 2 }, [1]);
  gpu.write(x, Float32Array.of(5, 6, 7, 8));
  const early = readFloats(gpu, y, 4);
  gpu.copy(x, y);
  gpu.clear(x);
  assertEquals([await early, await readFloats(gpu, y, 4), await readFloats(gpu, x, 4)], [
    Float32Array.of(2, 4, 6, 8),
    Float32Array.of(5, 6, 7, 8),
    new Float32Array(4),
  ]);
});

Deno.test("more dispatches than the uniforms' arena has slots keep their own uniforms", async () => {
  using x = gpu.buffer("x", 16);
  using y = gpu.buffer("y", 16);
  gpu.write(x, Float32Array.of(1, 1, 1, 1));
  using sums = gpu.buffer("sums", 16);
  const adding = {
    name: "adding",
    text: `{{uniform amount: f32}}
{{read y}}
{{write sums: array<vec4f>}}
@compute @workgroup_size(1) fn main() { sums[0] += u.amount * y(0u); }`,
  };
  gpu.copy(x, y);
  const count = 5000;
  for (let i = 0; i < count; i++) gpu.dispatch(gpu.kernel(adding), { y, sums }, { amount: i % 3 }, [1]);
  // Whole numbers below 2²⁴: exact.
  assertEquals(
    (await readFloats(gpu, sums, 1))[0],
    Array.from({ length: count }, (_, i) => i % 3).reduce((a, b) => a + b),
  );
});

Deno.test("a dispatch with a missing or unknown buffer or uniform is refused with its name", () => {
  using x = gpu.buffer("x", 64);
  using y = gpu.buffer("y", 64);
  const kernel = gpu.kernel(doubling);
  const uniforms = { length: 4, factor: 1 };
  assertThrows(() => gpu.dispatch(kernel, { x }, uniforms, [1]), Error, "doubling: buffer y is missing.");
  assertThrows(
    () => gpu.dispatch(kernel, { x, y, z: x }, uniforms, [1]),
    Error,
    "doubling: the kernel's text has no buffer z: declare {{update z}}",
  );
  assertThrows(
    () => gpu.dispatch(kernel, { x, y }, { length: 4 }, [1]),
    Error,
    "doubling: expected uniforms length, factor, found length.",
  );
  assertThrows(
    () => gpu.dispatch(kernel, { x, y }, { length: 4, fctor: 1 }, [1]),
    Error,
    "uniform factor is missing; given are length, fctor.",
  );
});

Deno.test("a buffer that the adapter cannot hold is refused with its size", () => {
  const { message } = assertThrows(() => gpu.buffer("huge", 2 ** 40), Error);
  assertMatch(
    message,
    /^huge: expected at most \d+ bytes, the limit of this adapter's buffers, found 1099511627776\.$/,
  );
});

Deno.test("a slice outside its buffer, or at an offset that no adapter binds, is refused", () => {
  using buffer = gpu.buffer("whole", 1024);
  assertEquals(buffer.slice(256, 768).size, 768);
  for (const [offset, size] of [[256, 769], [16, 16], [-256, 16]]) {
    assertThrows(() => buffer.slice(offset, size), Error, `whole: no slice of ${size} bytes at ${offset}`);
  }
});

Deno.test("a mirror follows every write to its buffer: from the host, by copies, kernels and clearing", async () => {
  using own = await openDevice({ operands: "texture" });
  // Two rows of a mirror and a part of a third.
  const length = 2 * 4096 + 12;
  using x = own.buffer("x", length * 4);
  using y = own.buffer("y", length * 4);
  using z = own.buffer("z", length * 4);
  const ramp = Float32Array.from({ length }, (_, i) => i);
  const doubled = async (from: typeof x, to: typeof x) => {
    own.dispatch(own.kernel(doubling), { x: from, y: to }, { length: length / 4, factor: 2 }, [Math.ceil(length / 16)]);
    return await readFloats(own, to, length);
  };
  own.write(x, ramp);
  assertEquals(await doubled(x, y), ramp.map((i) => 2 * i));
  assertEquals(await doubled(y, z), ramp.map((i) => 4 * i));
  own.write(x, ramp.map((i) => -i));
  await doubled(x, y);
  assertEquals(await doubled(y, z), ramp.map((i) => -4 * i));
  own.copy(z, x);
  assertEquals(await doubled(x, y), ramp.map((i) => -8 * i));
  own.clear(x);
  assertEquals(await doubled(x, y), new Float32Array(length));
});

Deno.test("a mirror follows writes to parts of its buffer, as mirrors of parts follow writes to the whole", async () => {
  using own = await openDevice({ operands: "texture" });
  const length = 5 * 4096 + 12;
  using x = own.buffer("x", length * 4);
  using y = own.buffer("y", length * 4);
  using four = own.buffer("four", 16);
  own.write(four, Float32Array.of(9, 8, 7, 6));
  const kernel = own.kernel(doubling);
  const expected = new Float32Array(length);
  /** Doubles x, all of it and a part, and compares. */
  const check = async () => {
    own.dispatch(kernel, { x, y }, { length: length / 4, factor: 2 }, [Math.ceil(length / 16)]);
    assertEquals(await readFloats(own, y, length), expected.map((entry) => 2 * entry));
    own.dispatch(kernel, { x: x.slice(4096 * 4, 8192 * 4), y }, { length: 2048, factor: 2 }, [512]);
    assertEquals(await readFloats(own, y, 8192), expected.slice(4096, 4096 + 8192).map((entry) => 2 * entry));
  };
  await check();
  for (const entry of [0, 4095, 4096, 5000, 12287, 12288, length - 1]) {
    own.write(x, Float32Array.of(entry + 1), entry * 4);
    expected[entry] = entry + 1;
    await check();
  }
  // Two parts far from each other between two looks, one by a copy, one by a kernel; the last row of the texture is short.
  own.copy(four, x.slice(64 * 4, 16));
  expected.set([9, 8, 7, 6], 64);
  own.dispatch(kernel, { x: four, y: x.slice(5 * 4096 * 4, 48) }, { length: 1, factor: 3 }, [1]);
  expected.set([27, 24, 21, 18], 5 * 4096);
  await check();
  own.clear(x.slice(4096 * 4, 4096 * 4));
  expected.fill(0, 4096, 8192);
  await check();
});

Deno.test("a kernel that does not compile is an error with its name, not zeros", async () => {
  using own = await openDevice();
  using y = own.buffer("y", 16);
  const text = "{{write y: array<f32>}}\n@compute @workgroup_size(1) fn main() { y[0] = nonsense; }";
  own.dispatch(own.kernel({ name: "broken", text }), { y }, {}, [1]);
  const { message } = await assertRejects(() => own.read(y), Error);
  assertMatch(message, /^kernel broken: [^]*nonsense/);
  // The kernel is refused from now on, and other work goes on.
  const again = () => own.dispatch(own.kernel({ name: "broken", text }), { y }, {}, [1]);
  assertThrows(again, Error, "nonsense");
  own.dispatch(own.kernel({ name: "right", text: text.replace("nonsense", "2.0") }), { y }, {}, [1]);
  assertEquals(new Float32Array((await own.read(y))[0])[0], 2);
});

Deno.test("a dispatch with too many workgroups is refused at once, with the kernel's name", async () => {
  using y = gpu.buffer("y", 16);
  const text = "{{write y: array<f32>}}\n@compute @workgroup_size(1) fn main() { y[0] = 1.0; }";
  const dispatch = () => gpu.dispatch(gpu.kernel({ name: "wide", text }), { y }, {}, [2 ** 20]);
  assertThrows(dispatch, Error, "kernel wide: expected at most 65535 workgroups a side, found 1048576.");
  assertEquals((await readFloats(gpu, y, 1))[0], 0);
});

Deno.test("work that the device refuses is an error where it is read, not zeros, and other work goes on", async () => {
  using y = gpu.buffer("y", 64);
  using z = gpu.buffer("z", 64);
  const before = gpu.read(y);
  // WebGPU does not allow to copy a buffer onto itself.
  gpu.copy(y, y);
  const refused = gpu.read(y);
  await before;
  await assertRejects(() => refused, Error, "WebGPU:");
  gpu.copy(y, z);
  assertEquals((await readFloats(gpu, z, 1))[0], 0);
});

Deno.test("disposing a device frees the buffers that are left", async () => {
  const own = await openDevice();
  const buffer = own.buffer("left", 64);
  own[Symbol.dispose]();
  own[Symbol.dispose]();
  assertEquals(own.liveBuffers, 0);
  assertThrows(() => buffer.handle, Error, "left: used after it was disposed.");
});

Deno.test("a profile holds more dispatches than a query set does, however they are submitted", async () => {
  if (!gpu.device.features.has("timestamp-query")) return;
  using x = gpu.buffer("x", 16);
  using y = gpu.buffer("y", 16);
  const kernel = gpu.kernel(doubling);
  const counts = [2047, 3, 2500, 900];
  const profile = await gpu.profile(() => {
    for (const [i, count] of counts.entries()) {
      gpu.phase(`${i}`);
      for (let n = 0; n < count; n++) gpu.dispatch(kernel, { x, y }, { length: 4, factor: 2 }, [1]);
      gpu.flush();
    }
    gpu.phase("");
  });
  assertEquals(profile.entries.map(({ phase, dispatches }) => [phase, dispatches]), [
    ...counts.map((count, i) => [`${i}`, count]),
  ]);
  // A timestamp that was not copied is 0: a time would be missing, or one since the machine's start.
  for (const { milliseconds, dispatches } of profile.entries) {
    assert(milliseconds > 0 && milliseconds < 100 * dispatches, `${milliseconds} ms for ${dispatches}`);
  }
});
