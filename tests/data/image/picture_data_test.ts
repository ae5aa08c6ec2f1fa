import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createField, gaussian, mlp, pictureData, renderPicture } from "../../../mod.ts";
import type { Picture } from "../../../lib/codec/mod.ts";
import type { ChunkRequest } from "../../../lib/diff/mod.ts";
import type { EpochOrder } from "../../../lib/data/training_data.ts";
import { permutedIndices, streams } from "../../../lib/gpu/random.ts";
import { padWidth } from "../../../lib/linalg/layout.ts";
import { padRows } from "../../../lib/linalg/gemm/shape.ts";
import { fileDevice, readFloats } from "../../support/device.ts";
import { wave } from "../../support/matrices.ts";
import { sameBits } from "../../support/same_bits.ts";

const gpu = await fileDevice();
/** Pictures draw nothing at random. */
const draw = { seed: 0, step: 0, epoch: 0 };

function picture(width: number, height: number, channels: Picture["channels"]): Picture {
  return { width, height, channels, pixels: wave(width * height * channels, 1.3) };
}

/** Pixel i of an axis of `count` pixels, in f64: the ends are ±1, an axis of one pixel is 0. */
function position(i: number, count: number): number {
  return count === 1 ? 0 : 2 * i / (count - 1) - 1;
}

/** Lets `pictureData` put pixels `drawn[first]`, `drawn[first + 1]`, … (or those of an order) in place and reads what it put there. */
async function batch(
  from: Picture,
  drawn: number[] | EpochOrder,
  first: number,
  rows: number,
  inputs = 2,
  outputs: number = from.channels,
) {
  const paddedRows = padRows(rows);
  const [stride, targetStride] = [padWidth(inputs), padWidth(outputs)];
  using data = pictureData(gpu, from);
  const numbers = Uint32Array.from(Array.isArray(drawn) ? drawn : [0]);
  using indices = gpu.buffer("indices", numbers.byteLength);
  gpu.write(indices, numbers);
  using coordinates = gpu.buffer("coordinates", paddedRows * stride * 4);
  using targets = gpu.buffer("targets", paddedRows * targetStride * 4);
  const chunk: ChunkRequest = {
    first,
    samples: rows,
    paddedSamples: paddedRows,
    rows,
    paddedRows,
    inputs: new Map([["input", { buffer: coordinates, width: inputs, stride }]]),
    targets: new Map([["output", { buffer: targets, width: outputs, stride: targetStride }]]),
  };
  const read = (buffer: typeof targets, columns: number) =>
    sameBits(() => {
      gpu.write(buffer, new Float32Array(paddedRows * columns).fill(7));
      if (Array.isArray(drawn)) data.fill(chunk, indices, draw);
      else data.fill.inOrder!(chunk, drawn);
      return readFloats(gpu, buffer, paddedRows * columns);
    });
  return {
    count: data.count,
    coordinates: await read(coordinates, stride),
    targets: await read(targets, targetStride),
  };
}

for (const [width, height, channels] of [[5, 3, 3], [3, 8, 1], [1, 4, 2], [6, 1, 4], [1, 1, 3]] as const) {
  Deno.test(`a batch holds places and colours of the pixels drawn, zero elsewhere: ${width} × ${height} × ${channels}`, async () => {
    const from = picture(width, height, channels);
    const count = width * height;
    // All pixels backwards; the chunk leaves out the first and the last of them where there are enough.
    const drawn = Array.from({ length: count }, (_, i) => count - 1 - i);
    const first = Math.min(1, count - 1);
    const rows = Math.max(1, count - 2);
    const found = await batch(from, drawn, first, rows);
    assertEquals(found.count, count);
    for (let n = 0; n < padRows(rows); n++) {
      const pixel = drawn[first + n];
      const exists = n < rows;
      const [row, column] = [Math.floor(pixel / width), pixel % width];
      const place = exists ? [position(row, height), position(column, width)] : [0, 0];
      for (let c = 0; c < 16; c++) {
        // One quotient, specified to 2.5 units in the last place.
        const off = Math.abs(found.coordinates[n * 16 + c] - (place[c] ?? 0));
        assert(off <= 2.5 * 2 ** -23, `coordinate ${c} of pixel ${pixel}`);
        const colour = exists && c < channels ? from.pixels[pixel * channels + c] : 0;
        assertEquals(found.targets[n * 16 + c], colour, `channel ${c} of pixel ${pixel}`);
      }
    }
  });
}

Deno.test("a batch in the order of an epoch holds the pixels that the list of that order names", async () => {
  const from = picture(9, 7, 3);
  const seed = 5;
  const [epoch, begin, first, rows] = [2, 7, 3, 20];
  using indices = gpu.buffer("indices", 63 * 4);
  permutedIndices(gpu, indices, { rows: 63, first: 0, count: 63, key: { seed, stream: streams.order, step: epoch } });
  const order = Array.from(new Uint32Array((await gpu.read(indices))[0], 0, 63));
  const listed = await batch(from, order.slice(begin), first, rows);
  const inOrder = await batch(from, { seed, epoch, first: begin }, first, rows);
  assertEquals(inOrder, listed);
});

Deno.test("corners are exactly ±1 and the middle of an odd axis exactly 0, row first", async () => {
  const { coordinates } = await batch(picture(7, 5, 1), [0, 6, 28, 34, 17], 0, 5);
  const places = Array.from({ length: 5 }, (_, n) => [coordinates[n * 16], coordinates[n * 16 + 1]]);
  assertEquals(places, [[-1, -1], [-1, 1], [1, -1], [1, 1], [0, 0]]);
});

Deno.test("a field of other inputs or outputs than the picture has is refused", () => {
  const from = picture(3, 3, 3);
  const refused = (inputs: number, outputs: number, message: string) =>
    assertThrows(
      () => {
        using data = pictureData(gpu, from);
        using indices = gpu.buffer("indices", 16);
        using buffer = gpu.buffer("place", 16 * 16 * 4);
        const place = (width: number) => new Map([["x", { buffer, width, stride: 16 }]]);
        const one = { first: 0, samples: 1, paddedSamples: 16, rows: 1, paddedRows: 16 };
        data.fill({ ...one, inputs: place(inputs), targets: place(outputs) }, indices, draw);
      },
      Error,
      message,
    );
  refused(3, 3, "picture: expected an input of width 2 (row, column), but x has 3.");
  refused(2, 1, "picture: expected as many outputs as the picture's 3 channels, but x has 1.");
});

Deno.test("rendering evaluates the field at the places that it is trained on, at any size", async () => {
  const description = mlp({ inputs: 2, hidden: [9], outputs: 3, activation: gaussian({ sigma: 0.5 }) });
  using field = createField(gpu, description, { seed: 4 });
  for (const [width, height] of [[5, 3], [1, 4], [20, 30]]) {
    const rendered = await sameBits(async () => (await renderPicture(field, { width, height, channels: 3 })).pixels);
    const places = Array.from({ length: width * height }, (_, i) => [
      position(Math.floor(i / width), height),
      position(i % width, width),
    ]);
    const expected = await field.evaluate(Float32Array.from(places.flat()));
    assertEquals(rendered.length, expected.length);
    // Coordinates may differ by 2.5 units in the last place; the field's slope is below 10.
    rendered.forEach((each, i) => assert(Math.abs(each - expected[i]) <= 10 * 2.5 * 2 ** -23, `pixel value ${i}`));
  }
});

Deno.test("rendering with other channels than the field has outputs is refused", async () => {
  const description = mlp({ inputs: 2, hidden: [9], outputs: 3, activation: gaussian() });
  using field = createField(gpu, description);
  const message = "renderPicture: expected an output of 1 channels, but output has 3.";
  await assertRejects(() => renderPicture(field, { width: 2, height: 2, channels: 1 }), Error, message);
});
