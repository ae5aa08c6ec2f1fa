import { assertEquals, assertThrows } from "@std/assert";
import { encodeNpy, readNpy } from "../../lib/codec/mod.ts";

Deno.test("npy: a matrix that is written is read again, with its numbers at a multiple of 64 bytes", () => {
  const data = Float32Array.from({ length: 12 }, (_, i) => i / 3);
  const bytes = encodeNpy(data, 3);
  assertEquals(bytes.length, 128 + 48);
  const { shape, data: again } = readNpy(bytes);
  assertEquals(shape, [4, 3]);
  assertEquals([...again], [...data]);
  assertThrows(() => encodeNpy(data, 5), RangeError, "expected a multiple of 5 numbers, found 12");
});
