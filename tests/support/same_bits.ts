import { assertEquals } from "@std/assert";

/** Runs the same work twice, asserts that all bits of both results are equal, and returns the first. */
export async function sameBits<T extends Float32Array | Uint32Array>(work: () => Promise<T>): Promise<T> {
  const [first, second] = [await work(), await work()];
  const bits = (array: T) => new Uint32Array(array.buffer, array.byteOffset, array.length);
  assertEquals(bits(second), bits(first), "two runs differ");
  return first;
}
