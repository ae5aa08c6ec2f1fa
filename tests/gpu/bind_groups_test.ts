import { assertEquals } from "@std/assert";
import { BindGroups } from "../../lib/gpu/bind_groups.ts";
import type { Kernel } from "../../lib/gpu/mod.ts";
import { fileDevice } from "../support/device.ts";

const gpu = await fileDevice();

Deno.test("bind groups are told apart by kernel, buffers, their order and parts, and go with their buffers", () => {
  using a = gpu.buffer("a", 1024);
  using b = gpu.buffer("b", 1024);
  const groups = new BindGroups();
  const kernel = (id: number) => ({ id }) as Kernel;
  const cases = [
    { kernel: kernel(1), slices: [a.whole, b.whole] },
    { kernel: kernel(1), slices: [b.whole, a.whole] },
    { kernel: kernel(2), slices: [a.whole, b.whole] },
    { kernel: kernel(1), slices: [a.whole] },
    { kernel: kernel(1), slices: [] },
    { kernel: kernel(1), slices: [a.slice(0, 256), b.whole] },
    { kernel: kernel(1), slices: [a.slice(256, 256), b.whole] },
    { kernel: kernel(1), slices: [a.slice(256, 512), b.whole] },
    { kernel: kernel(1), slices: [b.whole, b.slice(0, 256)] },
  ];
  const found = () => cases.map(({ kernel, slices }) => groups.find(kernel, slices)?.label);
  assertEquals(found(), cases.map(() => undefined));
  cases.forEach(({ kernel, slices }, i) => groups.keep(kernel, slices, { label: `${i}` } as GPUBindGroup));
  assertEquals(found(), cases.map((_, i) => `${i}`));
  // A slice of the whole buffer is the buffer.
  assertEquals(groups.find(kernel(1), [a.slice(0, 1024)])?.label, "3");
  groups.forget(a);
  assertEquals(found(), cases.map(({ slices }, i) => slices.some(({ buffer }) => buffer === a) ? undefined : `${i}`));
  groups.forget(b);
  assertEquals(found(), cases.map((_, i) => i === 4 ? "4" : undefined));
  groups.clear();
  assertEquals(found(), cases.map(() => undefined));
});
