import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { fileDevice, readFloats } from "../support/device.ts";

const gpu = await fileDevice();
const source = {
  name: "twice",
  text: await Deno.readTextFile(new URL("../../wgsl/bench/peak_copy.wgsl", import.meta.url)),
};

Deno.test("submits are timed one after the other, and what is recorded in them is done", async () => {
  if (!gpu.device.features.has("timestamp-query")) return;
  using a = gpu.buffer("a", 1024);
  using b = gpu.buffer("b", 1024);
  gpu.write(a, new Float32Array(256).fill(3));
  const live = gpu.liveBuffers;
  const counts: number[] = [];
  const spans = await gpu.timeSubmits(async (begun) => {
    for (let i = 0; i < 3; i++) {
      gpu.dispatch(gpu.kernel(source), { source: a, destination: b }, { length: 64 }, [1]);
      gpu.flush();
      counts.push(begun());
    }
    await gpu.synchronize();
  });
  assertEquals(counts, [1, 2, 3]);
  assertEquals(spans.length, 3);
  assertEquals(gpu.liveBuffers, live);
  spans.forEach(({ begin, end }, i) => {
    assertLess(begin, end);
    assert(i === 0 || spans[i - 1].end <= begin);
  });
  assertEquals(await readFloats(gpu, b, 256), new Float32Array(256).fill(3));
});

Deno.test("an error while submits are timed is thrown, and they are not timed any more", async () => {
  if (!gpu.device.features.has("timestamp-query")) return;
  await assertRejects(() => gpu.timeSubmits(() => Promise.reject(new Error("stop"))), Error, "stop");
  assertEquals(await gpu.timeSubmits(() => Promise.resolve()), []);
});
