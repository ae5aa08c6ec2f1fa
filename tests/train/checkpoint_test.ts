import { assertEquals, assertThrows } from "@std/assert";
import {
  adam,
  createField,
  createOptimizer,
  decodeCheckpoint,
  encodeCheckpoint,
  esgd,
  gaussian,
  mlp,
  type OptimizerSpec,
} from "../../mod.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../../lib/codec/tensor/safetensors.ts";
import { fileDevice } from "../support/device.ts";
import { wave } from "../support/matrices.ts";

const gpu = await fileDevice();

/** A field and an optimizer of its own; both are the caller's. */
function state(spec: OptimizerSpec = adam(), width = 5) {
  const field = createField(gpu, mlp({ inputs: 2, hidden: [width], outputs: 1, activation: gaussian() }), { seed: 1 });
  return { field, optimizer: createOptimizer(gpu, spec, field.layout) };
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
  assertEquals({ ...metadata, field: "" }, { field: "", optimizer: "adam", step: "7", observations: "3" });
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
    return encodeSafetensors({ ...content.tensors, ...tensors }, { ...content.metadata, ...metadata });
  };
  await refused(bytes, "c: of optimizer adam, but this run has esgd.", esgd());
  await refused(bytes, "c: parameters/layers.0.weight: shape [6,2] expected, [5,2] found.", adam(), 6);
  const turned = { shape: [2, 5], data: wave(10, 1) };
  await refused(
    changed({ "parameters/layers.0.weight": turned }),
    "c: parameters/layers.0.weight: shape [5,2] expected, [2,5] found.",
  );
  for (const step of ["", "x", "-1", "1.5"]) {
    await refused(changed({}, { step }), `c: step: a whole number from 0 expected, "${step}" found.`);
  }
  const { tensors } = decodeSafetensors(bytes);
  await refused(
    encodeSafetensors(tensors, { optimizer: "adam" }),
    "c: step: a whole number from 0 expected, none found.",
  );
  delete tensors["optimizer/firstMoment/layers.1.bias"];
  const missing = encodeSafetensors(tensors, { optimizer: "adam", step: "1", observations: "0" });
  await refused(missing, "c: optimizer/firstMoment/layers.1.bias: shape [1] expected, none found.");
  const surplus = { "parameters/layers.2.bias": { shape: [1], data: wave(1, 1) } };
  await refused(changed(surplus), "c: parameters/layers.2.bias: no such tensor expected, one found.");
  const bytewise = { "parameters/layers.1.bias": { shape: [1], data: Uint8Array.of(1) } };
  await refused(changed(bytewise), "c: parameters/layers.1.bias: 32-bit floats expected, Uint8Array found.");
});
