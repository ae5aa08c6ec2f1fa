import type { BufferSlice, DeviceBuffer } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { REPEATS, type Trial } from "./choose_way.ts";
import { isFusable } from "./epilogue.ts";
import { type ChainLayer, LayerChain } from "./layer_chain.ts";
import { matmulAdjoint, matmulForward } from "./matmul.ts";
import { WeightSums } from "./weight_sums.ts";

/** The forward and backward passes of a chain of layers with buffers of their own, to be timed. */
export class TrialChain implements Trial {
  readonly #chain: LayerChain;
  readonly #start: DeviceBuffer;
  readonly #parameters: DeviceBuffer;
  readonly #scratch: DeviceBuffer;
  readonly #values: readonly { readonly z: DeviceBuffer; readonly a: DeviceBuffer; readonly adjoint: DeviceBuffer }[];
  readonly #sums: WeightSums;
  readonly #owned: DisposableStack;

  /** Allocates the buffers, all zeros. */
  constructor(readonly gpu: Gpu, readonly layers: readonly ChainLayer[], readonly rows: number) {
    using made = new DisposableStack();
    const buffer = (name: string, numbers: number) => made.use(gpu.buffer(`tuning ${name}`, numbers * 4));
    const widest = Math.max(...layers.flatMap(({ inputs, outputs }) => [inputs, outputs]));
    const end = Math.max(...layers.map(({ bias, outputs }) => bias + outputs));
    const length = Math.ceil(end / 64) * 64;
    this.#chain = made.use(new LayerChain(gpu, layers));
    this.#start = buffer("x", rows * layers[0].inputs);
    this.#parameters = buffer("parameters", length);
    this.#scratch = buffer("scratch", rows * widest);
    this.#values = layers.map(({ outputs }) => {
      const matrix = (name: string) => buffer(name, rows * outputs);
      return { z: matrix("z"), a: matrix("a"), adjoint: matrix("adjoint") };
    });
    this.#sums = made.use(new WeightSums(gpu, { label: "tuning partial sums", length, rows }));
    this.#owned = made.move();
  }

  /** Records the passes a few times, in single dispatches or layer by layer. */
  record(fused: boolean): void {
    for (let i = 0; i < REPEATS; i++) {
      this.#sums.begin(this.rows);
      if (fused) this.#together();
      else this.#apart();
    }
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }

  #together(): void {
    const { rows } = this;
    const parameters = this.#parameters;
    const adjoints = this.#values.map(({ adjoint }) => adjoint);
    this.#chain.forward({ start: this.#start, parameters, rows, results: this.#values });
    this.#chain.adjoint({
      start: adjoints.at(-1)!,
      parameters,
      rows,
      below: this.#values.slice(0, -1).map(({ z }) => z),
      results: adjoints.slice(0, -1).map((z) => ({ z })),
    });
    this.#sums.addChain(this.#chain, adjoints.map((z, l) => [{ z, x: this.#inputOf(l) }]));
  }

  #apart(): void {
    const { gpu, layers } = this;
    const pool = { take: () => this.#scratch, give() {} };
    layers.forEach(({ activation, real }, l) => {
      const { z, a } = this.#values[l];
      const { w, bias, shape } = this.#placeOf(l);
      const activate = isFusable(activation) ? { activation, real, a } : undefined;
      matmulForward(gpu, { terms: [{ x: this.#inputOf(l), w }], bias, z, shape, scratch: this.#scratch, activate });
    });
    for (let l = layers.length - 1; l >= 0; l--) {
      const { w, shape } = this.#placeOf(l);
      const { adjoint: z } = this.#values[l];
      this.#sums.add({ terms: [{ z, x: this.#inputOf(l) }], shape, offset: layers[l].weight });
      if (l === 0) break;
      const below = this.#values[l - 1];
      const derive = { activation: layers[l - 1].activation, below: below.z };
      matmulAdjoint(gpu, { terms: [{ z, w }], x: below.adjoint, shape, pool, derive });
    }
  }

  #inputOf(l: number): DeviceBuffer {
    return l === 0 ? this.#start : this.#values[l - 1].a;
  }

  #placeOf(l: number): { w: BufferSlice; bias: BufferSlice; shape: { rows: number; outputs: number; inputs: number } } {
    const { outputs, inputs, weight, bias } = this.layers[l];
    return {
      w: this.#parameters.slice(weight * 4, outputs * inputs * 4),
      bias: this.#parameters.slice(bias * 4, outputs * 4),
      shape: { rows: this.rows, outputs, inputs },
    };
  }
}
