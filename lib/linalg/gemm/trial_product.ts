import type { DeviceBuffer } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { squareLayout, viewOf } from "../matrix_view.ts";
import type { BatchedFamily } from "./batched_kernels.ts";
import type { EntryFunction } from "./epilogue.ts";
import type { GemmProduct, LayerProductKind, ProductFamily } from "./family.ts";
import { matmulAdjoint, matmulForward } from "./matmul.ts";
import { BatchedProducts } from "./batched_products.ts";
import type { MatmulShape } from "./shape.ts";
import { WeightSums } from "./weight_sums.ts";

/** The matrices that stand for those of optimizers. */
const BATCH = { size: 256, count: 4 };

/** A product with buffers of its own, to be timed. */
export class TrialProduct implements Disposable {
  /** Records the product by the kernels of a family that can compute it. */
  readonly record: (family: ProductFamily) => void;
  readonly #owned: DisposableStack;

  /** Allocates the buffers. */
  constructor(gpu: Gpu, product: GemmProduct) {
    using made = new DisposableStack();
    const buffer = (name: string, numbers: number) => made.use(gpu.buffer(`tuning ${name}`, numbers * 4));
    this.record = product.kind === "batched"
      ? batchedTrial(gpu, made, buffer)
      : layerTrial(gpu, made, { ...product, buffer });
    this.#owned = made.move();
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}

type Allocate = (name: string, numbers: number) => DeviceBuffer;

function batchedTrial(gpu: Gpu, made: DisposableStack, buffer: Allocate): (family: ProductFamily) => void {
  const layout = squareLayout(Array.from({ length: BATCH.count }, (_, i) => ({ name: `${i}`, size: BATCH.size })));
  const [a, b, c] = ["a", "b", "c"].map((name) => buffer(name, layout.deviceLength));
  const products = made.use(
    new BatchedProducts(gpu, layout.map(viewOf).map((view) => ({ a: view, b: view, c: view }))),
  );
  return (family) => products.record({ a, b, c }, 1, 0, family as BatchedFamily);
}

function layerTrial(
  gpu: Gpu,
  made: DisposableStack,
  { kind, shape, activation, buffer }: {
    kind: LayerProductKind;
    shape: MatmulShape;
    activation?: EntryFunction;
    buffer: Allocate;
  },
): (family: ProductFamily) => void {
  const { rows, outputs, inputs } = shape;
  const [x, z] = [buffer("x", rows * inputs), buffer("z", rows * outputs)];
  if (kind === "weight") {
    const length = Math.ceil(outputs * (inputs + 1) / 64) * 64;
    const sums = made.use(new WeightSums(gpu, { label: "tuning partial sums", length, rows }));
    sums.begin(rows);
    return (family) => sums.add({ terms: [{ z, x }], shape, offset: 0 }, family);
  }
  const w = buffer("w", outputs * inputs);
  const scratch = buffer("scratch", rows * Math.max(outputs, inputs));
  if (kind === "adjoint") {
    const pool = { take: () => scratch, give() {} };
    const derive = activation && { activation, below: buffer("below", rows * inputs) };
    return (family) => matmulAdjoint(gpu, { terms: [{ z, w }], x, shape, pool, derive }, family);
  }
  const bias = buffer("bias", outputs);
  const activate = activation && { activation, real: outputs, a: buffer("a", rows * outputs) };
  return (family) => matmulForward(gpu, { terms: [{ x, w }], bias, z, shape, scratch, activate }, family);
}
