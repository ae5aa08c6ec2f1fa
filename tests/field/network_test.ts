import { assertEquals, assertThrows } from "@std/assert";
import { activations, createField, mlp } from "../../mod.ts";
import { Network } from "../../lib/field/network.ts";
import { fileDevice } from "../support/device.ts";

const gpu = await fileDevice();

Deno.test("a network that does not fit leaves no buffer behind", () => {
  using field = createField(gpu, mlp({ inputs: 2, hidden: [4096], outputs: 3, activation: activations.sine() }));
  const before = gpu.liveBuffers;
  // One row too many for the 4096 columns of the hidden layer; the inputs' 16 take little.
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
  const rows = Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / (4096 * 4)) + 1;
  assertThrows(() => new Network(field, rows, false), Error, "the limit of this adapter's buffers");
  assertEquals(gpu.liveBuffers, before);
});
