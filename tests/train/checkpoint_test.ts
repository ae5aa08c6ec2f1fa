import { assertEquals, assertThrows } from "@std/assert";
import {
  adam,
  createField,
  createOptimizer,
  decodeCheckpoint,
  encodeCheckpoint,
  esgd,
  gaussian,
  loadField,
  meanSquaredError,
  mlp,
  optimizerFromConfig,
  type OptimizerSpec,
  train,
} from "../../mod.ts";
import { optimizerKinds } from "../../lib/optim/registry.ts";
import { CHECKSUM, fillChecksum, NO_CHECKSUM } from "../../lib/codec/tensor/checksum.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../../lib/codec/tensor/safetensors.ts";
import { fileDevice } from "../support/device.ts";
import { wave } from "../support/matrices.ts";

const gpu = await fileDevice();

/** A field and an optimizer of its own; both are the caller's. */
function state(spec: OptimizerSpec = adam(), width = 5) {
  const field = createField(gpu, mlp({ inputs: 2, hidden: [width], outputs: 1, activation: gaussian() }), { seed: 1 });
  return { field, optimizer: createOptimizer(gpu, spec, field.layout) };
}

/** A file with a right checksum. */
function sealed(tensors: Record<string, StoredTensor>, metadata: Record<string, string>): Uint8Array {
  return fillChecksum(encodeSafetensors(tensors, { ...metadata, [CHECKSUM]: NO_CHECKSUM }));
}

async function example(): Promise<Uint8Array> {
  const { field: made, optimizer: own } = state();
  using field = made;
  using optimizer = own;
  for (const [i, vector] of Object.values(optimizer.state).entries()) vector.write(wave(field.parameterCount, 0.3 + i));
  optimizer.restore({ step: 7, observations: 3 });
  return await encodeCheckpoint(field, optimizer);
}

Deno.test("a checkpoint holds parameters and state by segment, as they were, and gives the same bytes again", async () => {
  const bytes = await example();
  const { tensors, metadata } = decodeSafetensors(bytes);
  const segments = ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"];
  const vectors = ["parameters", "optimizer/firstMoment", "optimizer/secondMoment"];
  assertEquals(Object.keys(tensors).sort(), vectors.flatMap((v) => segments.map((s) => `${v}/${s}`)).sort());
  assertEquals(tensors["parameters/layers.0.weight"].shape, [5, 2]);
  assertEquals(tensors["optimizer/firstMoment/layers.0.weight"].data, wave(10, 0.3));
  const { field: _, sha256, ...others } = metadata;
  assertEquals([others, sha256.length], [{ optimizer: "adam", step: "7", observations: "3" }, 64]);
  const { field: made, optimizer: own } = state();
  using field = made;
  using optimizer = own;
  field.parameters.write(wave(field.parameterCount, 2));
  decodeCheckpoint(bytes, field, optimizer);
  assertEquals(optimizer.counters, { step: 7, observations: 3 });
  assertEquals(await encodeCheckpoint(field, optimizer), bytes);
});

Deno.test("a checkpoint of another optimizer, of another field or without counters is refused, and changes nothing", async () => {
  const bytes = await example();
  const refused = async (bytes: Uint8Array, message: string, spec?: OptimizerSpec, width?: number) => {
    const { field: made, optimizer: own } = state(spec, width);
    using field = made;
    using optimizer = own;
    const before = await field.parameters.read();
    assertThrows(() => decodeCheckpoint(bytes, field, optimizer, "c"), Error, message);
    assertEquals([await field.parameters.read(), optimizer.counters.step], [before, 0]);
  };
  const changed = (tensors: Record<string, StoredTensor>, metadata: Record<string, string> = {}) => {
    const content = decodeSafetensors(bytes);
    return sealed({ ...content.tensors, ...tensors }, { ...content.metadata, ...metadata });
  };
  await refused(bytes, "c: expected a checkpoint of esgd, found one of adam.", esgd());
  await refused(bytes, "c: expected a field with 6 as layers[0].units, found one with 5: the file", adam(), 6);
  const turned = { shape: [2, 5], data: wave(10, 1) };
  await refused(
    changed({ "parameters/layers.0.weight": turned }),
    "c: parameters/layers.0.weight: expected the shape [5,2], found [2,5].",
  );
  for (const step of ["", "x", "-1", "1.5"]) {
    await refused(changed({}, { step }), `c: step: expected a whole number from 0, found "${step}".`);
  }
  const { tensors, metadata: { field } } = decodeSafetensors(bytes);
  await refused(sealed(tensors, { optimizer: "adam", field }), "c: step: expected a whole number from 0, found none.");
  const bare = sealed(tensors, { optimizer: "adam", step: "1", observations: "0" });
  await refused(bare, "c: expected metadata with the description of a field, found none.");
  delete tensors["optimizer/firstMoment/layers.1.bias"];
  const missing = sealed(tensors, { optimizer: "adam", field, step: "1", observations: "0" });
  await refused(missing, "c: optimizer/firstMoment/layers.1.bias: expected the shape [1], found none.");
  const surplus = { "parameters/layers.2.bias": { shape: [1], data: wave(1, 1) } };
  await refused(changed(surplus), 'c: "parameters/layers.2.bias": expected no such tensor, found one.');
  const foreign = { foreign: { shape: [1], data: wave(1, 1) } };
  await refused(changed(foreign), 'c: "foreign": expected no such tensor, found one.');
  const infinite = { "optimizer/firstMoment/layers.1.bias": { shape: [1], data: Float32Array.of(-Infinity) } };
  const sentence = "c: optimizer/firstMoment/layers.1.bias: expected finite numbers, found -Infinity at entry 0.";
  await refused(changed(infinite), sentence);
  await refused(encodeSafetensors(tensors), "c: expected the checksum of the file's content, found none.");
  const bytewise = { "parameters/layers.1.bias": { shape: [1], data: Uint8Array.of(1) } };
  await refused(changed(bytewise), "c: parameters/layers.1.bias: expected 32-bit floats, found a Uint8Array.");
});

Deno.test("every flipped bit of a checkpoint is noticed, and changes nothing", async () => {
  const bytes = await example();
  const { field: made, optimizer: own } = state();
  using field = made;
  using optimizer = own;
  const before = await field.parameters.read();
  const unnoticed: number[] = [];
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    bytes[bit >> 3] ^= 1 << (bit & 7);
    try {
      decodeCheckpoint(bytes, field, optimizer);
      unnoticed.push(bit);
    } catch {
      // It is damaged.
    }
    bytes[bit >> 3] ^= 1 << (bit & 7);
  }
  assertEquals([unnoticed, optimizer.counters.step], [[], 0]);
  assertEquals(await field.parameters.read(), before);
  decodeCheckpoint(bytes, field, optimizer);
  assertEquals(optimizer.counters.step, 7);
});

Deno.test("a checkpoint carries notes, and a field is not loaded from a damaged one", async () => {
  const { field: made, optimizer: own } = state();
  using field = made;
  using optimizer = own;
  const bytes = await encodeCheckpoint(field, optimizer, { seconds: "1.5" });
  assertEquals(decodeCheckpoint(bytes, field, optimizer).seconds, "1.5");
  using loaded = loadField(gpu, bytes);
  assertEquals(await loaded.parameters.read(), await field.parameters.read());
  bytes[bytes.length - 1] ^= 1;
  const message = "c: expected the checksum of the file's content, found one of other data: the file is damaged.";
  assertThrows(() => loadField(gpu, bytes, { name: "c" }), Error, message);
});

Deno.test("the state of every optimizer is finite and comes back, before and after steps", async () => {
  const inputs = wave(64, 0.4);
  const targets = wave(32, 0.9);
  for (const { name } of optimizerKinds) {
    const { field: made, optimizer: own } = state(optimizerFromConfig({ name, learningRate: 1e-4 }));
    using field = made;
    using optimizer = own;
    for (const steps of [0, 3]) {
      const options = { field, objective: meanSquaredError(), data: { inputs, targets }, optimizer, steps };
      if (steps > 0) await Array.fromAsync(train(options));
      const bytes = await encodeCheckpoint(field, optimizer);
      decodeCheckpoint(bytes, field, optimizer, name);
      assertEquals(await encodeCheckpoint(field, optimizer), bytes, name);
    }
  }
});
