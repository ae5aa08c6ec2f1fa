import { type DeviceOptions, type Gpu, openDevice } from "../../mod.ts";
import type { BufferLike } from "../../lib/gpu/mod.ts";

/**
 * The one device of a test file, freed after its last test. By default it computes products by the family that suits every adapter, so that no other
 * ones are compiled in order to choose among them, and reads operands from buffers, because mirrors of them in textures take longer to keep than small
 * fields take to compute; tests of families, of textures and of choosing open devices of their own.
 */
export async function fileDevice(options: DeviceOptions = {}): Promise<Gpu> {
  const gpu = await openDevice({ kernels: "register", operands: "buffer", ...options });
  Deno.test.afterAll(() => gpu[Symbol.dispose]());
  return gpu;
}

/** The first `count` numbers of a buffer. */
export async function readFloats(gpu: Gpu, buffer: BufferLike, count: number): Promise<Float32Array> {
  const [bytes] = await gpu.read(buffer);
  return new Float32Array(bytes, 0, count);
}
