import type { Gpu } from "../gpu/device.ts";
import { fillRandom, type RandomKey } from "../gpu/random.ts";
import type { Node } from "../field/network.ts";
import type { Vector } from "../linalg/vector.ts";

/**
 * A sample JᵀS^½w of the Gauss-Newton matrix G = JᵀSJ: its entrywise square has the diagonal of G as its mean. J is the Jacobian of
 * what the loss compares with targets (outputs, or pixels), S the loss's second derivative by it, w random signs on its entries.
 */
export interface GaussNewtonSample {
  /** What w is drawn with. */
  readonly key: RandomKey;
  /** Where the sample goes. */
  readonly result: Vector;
}

/** Streams of several outputs lie this far apart. */
const STREAM_STEP = 2 ** 16;

/** Records putting random signs where the outputs' tangents are, a row for each sample; rows beyond them become 0. */
export function drawOutputSigns(
  gpu: Gpu,
  outputs: Iterable<Node>,
  key: RandomKey,
  place: { readonly first: number; readonly samples: number; readonly paddedRows: number },
): void {
  let stream = key.stream;
  for (const { width, padded, valueTangent } of outputs) {
    const target = { deviceOffset: 0, deviceSize: place.paddedRows * padded, rows: place.samples, columns: width };
    const flat = place.first * width;
    fillRandom(gpu, valueTangent!, { ...target, stride: padded, flat }, "rademacher", 1, { ...key, stream });
    stream += STREAM_STEP;
  }
}
