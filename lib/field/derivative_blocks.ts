import type { BufferSlice, DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import { type FieldDescription, isEncoding } from "./description.ts";
import type { Node } from "./node.ts";
import text from "../../wgsl/field/input_directions.wgsl" with { type: "text" };

/** The derivatives by an input that a network computes along with its values. */
export interface InputDerivatives {
  /** The name of the input. */
  readonly input: string;
  /** Whether the Laplacian by this input is computed, too. Only the forward pass computes it. */
  readonly laplacian?: boolean;
}

const source = { name: "input_directions", text };

/**
 * How the rows of a network's matrices are divided if it computes derivatives by an input (docs/math.md, section 3.4): a block of values, then
 * a block of ∂/∂x_j for each column x_j of the input, then perhaps one of the Laplacian. Linear maps treat all blocks alike, except that only
 * values have a bias. A network without such derivatives has one block.
 */
export class DerivativeBlocks {
  /** The number of columns of the input, 0 without derivatives. */
  readonly directions: number;
  /** Whether the last block is that of the Laplacian. */
  readonly laplacian: boolean;
  /** The number of blocks. */
  readonly count: number;
  readonly #input?: string;

  /**
   * Divides the rows of a field's network.
   *
   * @throws If the field has no such input, or an encoding of it has no derivatives.
   */
  constructor(description: FieldDescription, derivatives?: InputDerivatives) {
    this.#input = derivatives?.input;
    this.directions = this.#input === undefined ? 0 : description.inputs[this.#input];
    this.laplacian = derivatives?.laplacian ?? false;
    this.count = 1 + this.directions + (this.laplacian ? 1 : 0);
    if (this.#input === undefined) return;
    for (const layer of description.layers) {
      if (!isEncoding(layer) || layer.from[0] !== this.#input || layer.encoding.recordDerivatives !== undefined) {
        continue;
      }
      throw new Error(
        `derivatives by the input ${this.#input}: expected an encoding with the method recordDerivatives, ` +
          `found ${layer.encoding.name} without it.`,
      );
    }
  }

  /** The part of a matrix of `width` columns behind its block of values, where a block has `rows` rows. */
  behind(matrix: DeviceBuffer, rows: number, width: number): BufferSlice {
    return matrix.part(rows * width, (this.count - 1) * rows * width);
  }

  /** Records writing the derivatives of an input's columns: 1 by themselves, 0 by other inputs. */
  recordInput(gpu: Gpu, { name, value, padded }: Node, rows: number): void {
    const x = this.behind(value, rows, padded);
    if (name !== this.#input) return gpu.clear(x);
    const blocks = this.count - 1;
    const uniforms = { rows, stride: padded, directions: this.directions, blocks };
    gpu.dispatch(gpu.kernel(source), { x }, uniforms, linearGroups(blocks * rows * padded, 64));
  }

  /** Records computing the derivatives of an encoding's features. */
  recordEncoding(gpu: Gpu, node: Node, rows: number): void {
    const { layer: { encoding }, source } = node.encoding!;
    const derivatives = this.behind(node.value, rows, node.padded);
    if (source.name !== this.#input) return gpu.clear(derivatives);
    const shape = { rows, inputs: source.width, inputStride: source.padded, outputStride: node.padded };
    const x = source.value.slice(0, rows * source.padded * 4);
    encoding.recordDerivatives!(gpu, x, derivatives, { ...shape, laplacian: this.laplacian });
  }
}
