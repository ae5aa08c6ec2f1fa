import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import { fillRandom, type RandomKey } from "../gpu/random.ts";
import type { Node } from "../field/network.ts";
import type { Vector } from "../field/vector.ts";
import type { DeviceBuffer } from "../gpu/buffer.ts";
import text from "../../wgsl/signed_root.wgsl" with { type: "text" };

/**
 * A sample JᵀS^½w of the Gauss-Newton matrix G = JᵀSJ, w random signs on all entries of the outputs: its entrywise square has the
 * diagonal of G as its mean. S, the second derivative of the loss by the outputs, has to be diagonal.
 */
export interface GaussNewtonSample {
  /** What w is drawn with. */
  readonly key: RandomKey;
  /** Where the sample goes. */
  readonly result: Vector;
}

const source = { name: "signed_root", text };

/** Streams of several outputs lie this far apart. */
const STREAM_STEP = 2 ** 16;

/** Records putting w where the outputs' tangents are, so that an objective's adjoint tangents become Sw. */
export function drawOutputSigns(
  gpu: Gpu,
  outputs: Iterable<Node>,
  key: RandomKey,
  place: { readonly first: number; readonly rows: number; readonly paddedRows: number },
): void {
  let stream = key.stream;
  for (const { width, padded, valueTangent } of outputs) {
    const target = { deviceOffset: 0, deviceSize: place.paddedRows * padded, rows: place.rows, columns: width };
    const flat = place.first * width;
    fillRandom(gpu, valueTangent!, { ...target, stride: padded, flat }, "rademacher", 1, { ...key, stream });
    stream += STREAM_STEP;
  }
}

/** Records Sw → S^½w, which is its signed root, because w² = 1 and S ≥ 0. */
export function takeRoots(gpu: Gpu, seeds: ReadonlyMap<Node, DeviceBuffer>, paddedRows: number): void {
  for (const [{ padded }, adjoint] of seeds) {
    const length = paddedRows * padded / 4;
    gpu.dispatch(gpu.kernel(source), { x: adjoint }, { length }, linearGroups(length, 64));
  }
}
