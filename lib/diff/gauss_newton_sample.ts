import type { Gpu } from "../gpu/device.ts";
import { fillRandom, type RandomKey } from "../gpu/random.ts";
import type { Node } from "../field/node.ts";
import type { Vector } from "../linalg/vector.ts";

/**
 * A random sample JᵀS^½w of the Gauss-Newton matrix G = JᵀSJ. The expectation of its entrywise square is the diagonal of G. J is
 * the Jacobian of what the loss compares with targets (outputs, or pixels), S is the second derivative of the loss by the same, and
 * w are random signs, one for each entry.
 */
export interface GaussNewtonSample {
  /** The key of the random generator that determines w. */
  readonly key: RandomKey;
  /** Where the sample is written. */
  readonly result: Vector;
}

/** The difference between the random streams of consecutive blocks. A step's samples have all streams below it. */
const STREAM_STEP = 2 ** 24;

/**
 * Records writing random signs to the outputs' tangents, one row for each sample. The rows after them become 0. If there are derivatives by an
 * input, each block has signs of its own.
 */
export function drawOutputSigns(
  gpu: Gpu,
  outputs: Iterable<Node>,
  key: RandomKey,
  place: { readonly first: number; readonly samples: number; readonly paddedRows: number; readonly blocks: number },
): void {
  let { stream } = key;
  for (const { width, padded, valueTangent } of outputs) {
    const deviceSize = place.paddedRows * padded;
    const target = { deviceSize, rows: place.samples, columns: width, stride: padded, flat: place.first * width };
    for (let block = 0; block < place.blocks; block++) {
      const filled = { ...target, deviceOffset: block * deviceSize };
      fillRandom(gpu, valueTangent!, filled, { distribution: "rademacher", key: { ...key, stream } });
      stream += STREAM_STEP;
    }
  }
}
