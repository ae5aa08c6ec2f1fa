import { assertEquals } from "@std/assert";
import { type BufferOwner, DeviceBuffer } from "../../lib/gpu/buffer.ts";

const LONGEST = 64;

/** The size of the texture that mirrors a buffer of so many vec4s, on a device that only makes textures. */
function mirrorOf(texels: number): { width: number; height: number } {
  const sizes: number[][] = [];
  const createTexture = ({ size }: { size: number[] }) => {
    sizes.push(size);
    return { createView() {}, destroy() {} };
  };
  const device = { limits: { maxTextureDimension2D: LONGEST }, createTexture };
  const handle = { destroy() {} } as GPUBuffer;
  using buffer = new DeviceBuffer(
    {
      device,
      allocate: (_label: string, _bytes: number, make: () => unknown) => make(),
      forget() {},
    } as unknown as BufferOwner,
    "b",
    texels * 16,
    handle,
  );
  buffer.mirror(0, texels * 16, () => {});
  const [[width, height]] = sizes;
  return { width, height };
}

Deno.test("no side of a mirror is a power of two, so that drivers compile a kernel once for mirrors of all sizes", () => {
  assertEquals(
    [1, 2, 3, 4, 16, 48].map((texels) => mirrorOf(texels)),
    [3, 3, 3, 5, 17, 48].map((width) => ({ width, height: 3 })),
  );
  assertEquals([2, 3, 16, 40].map((rows) => mirrorOf(1024 * rows).height), [3, 3, 17, 40]);
});

Deno.test("a mirror is no larger than the device allows", () => {
  assertEquals(mirrorOf(1024 * LONGEST).height, LONGEST);
});
