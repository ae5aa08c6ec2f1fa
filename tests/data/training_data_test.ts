import { assertEquals } from "@std/assert";
import { type FieldDescription, gaussian, identity, meanSquaredError } from "../../mod.ts";
import type { DeviceBuffer } from "../../lib/gpu/mod.ts";
import { tableData } from "../../lib/data/training_data.ts";
import { permutedIndices, streams } from "../../lib/gpu/random.ts";
import { fileDevice, readFloats } from "../support/device.ts";
import { wave } from "../support/matrices.ts";
import { sameBits } from "../support/same_bits.ts";

const gpu = await fileDevice();
const COUNT = 50;

/** Three tables, so that one is left without a partner. */
const description: FieldDescription = {
  inputs: { place: 3, time: 1 },
  layers: [
    { name: "hidden", from: ["place", "time"], units: 5, activation: gaussian() },
    { name: "colour", from: ["hidden"], units: 4, activation: identity() },
  ],
  outputs: { colour: "colour" },
};

Deno.test("a batch in the order of an epoch holds the rows that the list of that order names, zero elsewhere", async () => {
  const inputs = { place: wave(COUNT * 3, 1.3), time: wave(COUNT, 0.7) };
  const targets = { colour: wave(COUNT * 4, 0.4) };
  using data = tableData({ gpu, description }, meanSquaredError(), { inputs, targets });
  const [seed, epoch, begin, first, rows] = [3, 1, 16, 4, 17];
  using indices = gpu.buffer("indices", COUNT * 4);
  const key = { seed, stream: streams.order, step: epoch };
  permutedIndices(gpu, indices, { rows: COUNT - begin, first: begin, count: COUNT, key });
  using buffers = new DisposableStack();
  const place = (name: string, width: number) => {
    return [name, { buffer: buffers.use(gpu.buffer(name, 32 * 16 * 4)), width, stride: 16 }] as const;
  };
  const chunk = {
    ...{ first, samples: rows, paddedSamples: 32, rows, paddedRows: 32 },
    inputs: new Map([place("place", 3), place("time", 1)]),
    targets: new Map([place("colour", 4)]),
  };
  const read = (record: () => void, buffer: DeviceBuffer) =>
    sameBits(() => {
      gpu.write(buffer, new Float32Array(32 * 16).fill(7));
      record();
      return readFloats(gpu, buffer, 32 * 16);
    });
  for (const { buffer } of [...chunk.inputs.values(), ...chunk.targets.values()]) {
    const listed = await read(() => data.fill(chunk, indices, { seed, step: 0, epoch }), buffer);
    const inOrder = await read(() => data.fill.inOrder!(chunk, { seed, epoch, first: begin }), buffer);
    assertEquals(inOrder, listed);
  }
});
