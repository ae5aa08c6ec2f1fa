import { assertEquals } from "@std/assert";
import { type BufferOwner, DeviceBuffer } from "../../lib/gpu/buffer.ts";
import { MIRROR_WIDTH } from "../../lib/gpu/operand_access.ts";

const LONGEST = 64;

/** A buffer of so many vec4s on a device that only makes textures, and the sizes of those that it made. */
function fakeBuffer(texels: number): { buffer: DeviceBuffer; sizes: number[][] } {
  const sizes: number[][] = [];
  const createTexture = ({ size }: { size: number[] }) => {
    sizes.push(size);
    return { createView() {}, destroy() {} };
  };
  const device = { limits: { maxTextureDimension2D: LONGEST }, createTexture };
  const owner = {
    device,
    allocate: (_label: string, _bytes: number, make: () => unknown) => make(),
    forget() {},
  };
  const handle = { destroy() {} } as GPUBuffer;
  return { buffer: new DeviceBuffer(owner as unknown as BufferOwner, "b", texels * 16, handle), sizes };
}

/** The size of the texture that mirrors a buffer of so many vec4s. */
function mirrorOf(texels: number): { width: number; height: number } {
  const { buffer, sizes } = fakeBuffer(texels);
  using _ = buffer;
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

Deno.test("a mirror is refreshed from the first to the last row that was written, whatever the order of writing", () => {
  const rows = 6;
  const row = 16 * MIRROR_WIDTH;
  for (const written of [[1, 4], [4, 1], [4, 2, 1], [2, 1, 4, 2]]) {
    const { buffer } = fakeBuffer(rows * MIRROR_WIDTH);
    using _ = buffer;
    const copied: number[][] = [];
    const refresh = () =>
      buffer.mirror(0, buffer.size, (offset, _texture, first, end) => copied.push([offset, first, end]));
    refresh();
    for (const each of written) buffer.touch(each * row + 32, 16);
    refresh();
    refresh();
    assertEquals(copied, [[0, 0, rows * MIRROR_WIDTH], [row, MIRROR_WIDTH, 5 * MIRROR_WIDTH]], `written: ${written}`);
  }
});
