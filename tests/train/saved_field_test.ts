import { assertEquals, assertThrows } from "@std/assert";
import {
  type Activation,
  activations,
  adam,
  createField,
  createOptimizer,
  encodeCheckpoint,
  type FieldDescription,
  gabor,
  gaussian,
  loadField,
  mlp,
  positionalEncoding,
  radianceField,
  relu,
  saveField,
} from "../../mod.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../../lib/codec/tensor/safetensors.ts";
import { fileDevice } from "../support/device.ts";
import { wave } from "../support/matrices.ts";

const gpu = await fileDevice();

const plain = () => mlp({ inputs: 2, hidden: [5], outputs: 1, activation: gaussian({ sigma: 0.07 }) });

async function saved(description: FieldDescription): Promise<Uint8Array> {
  using field = createField(gpu, description, { seed: 4 });
  return await saveField(field);
}

Deno.test("a field comes back from its bytes alone: parameters, description, the same bytes again", async () => {
  const encoding = positionalEncoding({ octaves: 3 });
  const descriptions = [
    ...Object.values(activations).map((make) => mlp({ inputs: 2, hidden: [6, 5], outputs: 3, activation: make() })),
    mlp({ inputs: 2, hidden: [6], outputs: 1, activation: relu(), encoding }),
    radianceField({ activation: gabor({ omega: 7 }), depth: 4, width: 6, positionEncoding: encoding }),
  ];
  for (const description of descriptions) {
    using field = createField(gpu, description, { seed: 4 });
    const bytes = await saveField(field);
    using again = loadField(gpu, bytes);
    assertEquals(JSON.stringify(again.description), JSON.stringify(description));
    assertEquals(await again.parameters.read(), await field.parameters.read());
    assertEquals(await saveField(again), bytes);
    using fresh = createField(gpu, again.description, { seed: 4 });
    assertEquals(await fresh.parameters.read(), await field.parameters.read());
  }
});

Deno.test("a checkpoint gives its field, without an optimizer", async () => {
  using field = createField(gpu, plain(), { seed: 1 });
  using optimizer = createOptimizer(gpu, adam(), field.layout);
  const bytes = await encodeCheckpoint(field, optimizer);
  const inputs = wave(8, 0.2);
  const expected = await field.evaluate(inputs);
  const before = gpu.liveBuffers;
  using again = loadField(gpu, bytes);
  assertEquals(await again.evaluate(inputs), expected);
  assertEquals(gpu.liveBuffers - before, 1);
});

Deno.test("a field with an activation of one's own is saved, and loaded with its description only", async () => {
  const own: Activation = { ...gaussian({ sigma: 0.3 }), name: "bump" };
  const description = mlp({ inputs: 2, hidden: [5], outputs: 1, activation: own });
  const bytes = await saved(description);
  const known = Object.keys(activations).join(", ");
  assertThrows(
    () => loadField(gpu, bytes, { name: "f" }),
    Error,
    `f, field: layer layers.0: activation: expected one of ${known}, found "bump". To load a field that uses one of your own, pass the field's description.`,
  );
  using again = loadField(gpu, bytes, { description });
  using field = createField(gpu, description, { seed: 4 });
  assertEquals(await again.parameters.read(), await field.parameters.read());
});

Deno.test("damaged, foreign and truncated bytes are refused in a sentence, and nothing stays on the device", async () => {
  const bytes = await saved(plain());
  const { tensors, metadata } = decodeSafetensors(bytes);
  const written = (field: string, others: Record<string, StoredTensor> = {}) =>
    encodeSafetensors({ ...tensors, ...others }, { field });
  const edited = (from: string, to: string) => {
    const field = metadata.field.replaceAll(from, to);
    assertEquals(field === metadata.field, false, from);
    return written(field);
  };
  const [bounds] = metadata.field.match(/"weightBound":[^,}]+/)!;
  const refused: [Uint8Array, string][] = [
    [bytes.subarray(0, 5), "f: truncated: expected at least 8 bytes, found 5."],
    [bytes.subarray(0, bytes.length - 4), "f, tensor "],
    [new TextEncoder().encode("\x89PNG\r\n\x1a\n and more"), "f: not a safetensors file: "],
    [encodeSafetensors(tensors), "f: expected metadata with the description of a field, found none."],
    [written("{"), "f, field: expected a field description in JSON, found a text that is none."],
    [written("[".repeat(1e5)), "f, field: expected a field description in JSON, found a text that is none."],
    [written(`${"[".repeat(1e5)}${"]".repeat(1e5)}`), "f, field: expected an object, found a list of 1."],
    [
      edited('["input"]', '{"toString":1}'),
      "f, field: expected a layer with a name and a list `from` of names, found an object.",
    ],
    [written("[]"), "f, field: expected an object, found a list of 0."],
    [written("{}"), "f, field: expected a list of layers, found nothing."],
    [edited('"units":5', '"units":"5"'), 'f, field: layer layers.0: expected a number of units, found "5".'],
    [
      edited('"units":5', '"units":0'),
      "f, field: field description: units of layer layers.0: expected a positive whole number",
    ],
    [edited('"units":5', '"units":6'), "f: parameters/layers.0.weight: expected the shape [6,2], found [5,2]."],
    [edited('"units":5', '"units":1e15'), "f: parameters/layers.0.weight: expected the shape ["],
    [edited('"input":2', '"input":"2"'), 'f, field: inputs: input: expected a number, found "2".'],
    [
      edited('["input"]', '"input"'),
      "f, field: expected a layer with a name and a list `from` of names, found an object.",
    ],
    [
      edited('["input"]', '["output"]'),
      "f, field: field description: layer layers.0 reads output, which is neither an input",
    ],
    [
      edited('"outputs":', '"outptus":{},"outputs":'),
      'f, field: expected no other members than inputs, layers, outputs, found "outptus".',
    ],
    [
      edited('"units":5', '"units":5,"weigthBound":1'),
      'f, field: layer layers.0: expected no other members than name, from, units, activation, weightBound, found "weigthBound".',
    ],
    [
      edited('"options":', '"bias":false,"options":'),
      'f, field: layer layers.0: activation: expected no other members than name, options, found "bias".',
    ],
    [edited('"sigma"', '"width"'), "f, field: layer layers.0: gaussian: there is no option width, only sigma."],
    ...["-1", "1e39", "1e-40"].map((bound): [Uint8Array, string] => [
      edited(bounds, `"weightBound":${bound}`),
      "f, field: field description: layer layers.0: weightBound: expected a number ≥ 0",
    ]),
    [edited('"sigma":0.07', '"sigma":-1'), "f, field: layer layers.0: gaussian: sigma: expected a number > 0"],
    [edited('"gaussian"', '"constructor"'), "f, field: layer layers.0: activation: expected one of "],
    [
      written(metadata.field, { "parameters/layers.2.bias": { shape: [1], data: wave(1, 1) } }),
      'f: "parameters/layers.2.bias": expected no such tensor, found one.',
    ],
    [
      written(metadata.field, { "parameters/layers.1.bias": { shape: [1], data: Float64Array.of(1) } }),
      "f: parameters/layers.1.bias: expected 32-bit floats, found a Float64Array.",
    ],
  ];
  for (const value of [NaN, Infinity]) {
    refused.push([
      written(metadata.field, { "parameters/layers.1.bias": { shape: [1], data: Float32Array.of(value) } }),
      `f: parameters/layers.1.bias: expected finite numbers, found ${value} at entry 0.`,
    ]);
  }
  const before = gpu.liveBuffers;
  for (const [given, message] of refused) {
    assertThrows(() => loadField(gpu, given, { name: "f" }), Error, message);
  }
  assertEquals(gpu.liveBuffers, before);
});

Deno.test("a field is not loaded with another description than it was saved with", async () => {
  const described = (omega: number) => mlp({ inputs: 1, hidden: [4], outputs: 1, activation: gabor({ omega }) });
  using field = createField(gpu, described(30));
  const bytes = await saveField(field);
  using same = loadField(gpu, bytes, { description: described(30) });
  assertEquals(await same.parameters.read(), await field.parameters.read());
  const expected =
    "f: expected a field with 5 as layers[0].activation.options.omega, found one with 30: the file is of another field.";
  assertThrows(() => loadField(gpu, bytes, { description: described(5), name: "f" }), Error, expected);
});
