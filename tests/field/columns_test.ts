import { assertEquals } from "@std/assert";
import { type ColumnCopy, copyColumns } from "../../lib/field/columns.ts";
import { fileDevice, readFloats } from "../support/device.ts";
import { wave } from "../support/matrices.ts";
import { sameBits } from "../support/same_bits.ts";

const gpu = await fileDevice();

/** What copying should leave, written for reading. Sums of two f32 are rounded once, so that equality is exact. */
function expected(source: Float32Array, destination: Float32Array, copy: ColumnCopy): Float32Array {
  const result = destination.slice();
  for (let n = 0; n < copy.rows; n++) {
    for (let j = 0; j < copy.span; j++) {
      const to = n * copy.toStride + copy.toColumn + j;
      const entry = j < copy.width ? source[n * copy.fromStride + copy.fromColumn + j] : 0;
      result[to] = copy.add ? result[to] + entry : entry;
    }
  }
  return result;
}

const copies: Record<string, ColumnCopy> = {
  "a batch of one": { rows: 1, width: 1, span: 1, fromStride: 16, fromColumn: 0, toStride: 16, toColumn: 0 },
  "columns into the middle of wider rows": {
    rows: 19,
    width: 7,
    span: 7,
    fromStride: 16,
    fromColumn: 0,
    toStride: 32,
    toColumn: 13,
  },
  "columns from the middle, the rest of the span zero": {
    rows: 33,
    width: 5,
    span: 16,
    fromStride: 48,
    fromColumn: 17,
    toStride: 16,
    toColumn: 0,
  },
};

for (const [name, copy] of Object.entries(copies)) {
  for (const add of [false, true]) {
    Deno.test(`${name}, ${add ? "added" : "replaced"}; all else stays`, async () => {
      const from = wave(copy.rows * copy.fromStride, 1.3);
      const before = wave(copy.rows * copy.toStride, 0.7);
      using source = gpu.buffer("source", from.byteLength);
      using destination = gpu.buffer("destination", before.byteLength);
      gpu.write(source, from);
      const actual = await sameBits(async () => {
        gpu.write(destination, before);
        copyColumns(gpu, source, destination, { ...copy, add });
        return await readFloats(gpu, destination, before.length);
      });
      assertEquals(actual, expected(from, before, { ...copy, add }));
    });
  }
}
