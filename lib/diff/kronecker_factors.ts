import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import { type Layout, padWidth } from "../linalg/layout.ts";
import { padRows } from "../linalg/gemm/shape.ts";
import type { DenseNode, Node } from "../field/network.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { kroneckerLayout, type LinearMap, linearMapsOf } from "../linalg/linear_maps.ts";
import { type MatrixView, viewOf } from "../linalg/matrix_view.ts";
import { Products } from "../linalg/gemm/products.ts";
import text from "../../wgsl/diff/kronecker_operand.wgsl" with { type: "text" };

/** Called for each layer on the way back with the adjoint of its preactivations. */
export type LayerObserver = (node: Node, dense: DenseNode, adjoint: DeviceBuffer) => void;

/** A chunk of a batch, as its layers' observer needs to know it. */
interface ObservedChunk {
  /** First row. */
  readonly first: number;
  /** Rows, without padding. */
  readonly rows: number;
  /** Rows of the whole batch. */
  readonly batchRows: number;
  /** Samples of the whole batch, whose mean the loss is. */
  readonly batchSamples: number;
}

interface MapSums {
  readonly map: LinearMap;
  readonly inputs: MatrixView;
  readonly adjoints: MatrixView;
  readonly sumInputs: Products;
  readonly sumAdjoints: Products;
}

const source = { name: "kronecker_operand", text };

/**
 * The Kronecker factors of K-FAC (Martens & Grosse 2015) for every linear map, summed while a backward pass is recorded:
 * A = mean over the rows of ããᵀ with ã = (a, 1), G = n Σ_rows z̄z̄ᵀ with z̄ the adjoint of the mean loss over n samples (points, pixels or
 * rays; a ray has many rows). Chunks are added in their order.
 */
export class KroneckerFactors implements Disposable {
  /** The factors, in `kroneckerLayout`'s order. */
  readonly factors: Vector;
  readonly #operand: DeviceBuffer;
  readonly #maps = new Map<string, MapSums[]>();
  readonly #capacity: number;

  /** @param chunk Rows of the largest chunk. */
  constructor(readonly gpu: Gpu, layout: Layout, chunk: number) {
    this.#capacity = padRows(chunk);
    this.factors = createVector(gpu, kroneckerLayout(layout), "Kronecker factors");
    let widest = 0;
    linearMapsOf(layout).forEach((map, i) => {
      const [g, a] = [viewOf(this.factors.layout[2 * i]), viewOf(this.factors.layout[2 * i + 1])];
      const operand = (width: number): MatrixView => {
        const columns = padWidth(width);
        widest = Math.max(widest, columns);
        return { offset: 0, stride: columns, rows: this.#capacity, columns };
      };
      const [inputs, adjoints] = [operand(map.columns), operand(map.weight.rows)];
      const sum = (view: MatrixView, c: MatrixView) =>
        new Products(gpu, [{ a: view, b: view, c }], { transposeA: true, symmetric: true });
      const block = map.weight.block ?? map.name;
      const sums = { map, inputs, adjoints, sumInputs: sum(inputs, a), sumAdjoints: sum(adjoints, g) };
      this.#maps.set(block, [...this.#maps.get(block) ?? [], sums]);
    });
    this.#operand = gpu.buffer("Kronecker operand", this.#capacity * widest * 4);
  }

  /** What the backward pass over a chunk calls for each layer. */
  observer({ first, rows, batchRows, batchSamples }: ObservedChunk): LayerObserver {
    const keep = first > 0 ? 1 : 0;
    return (node, dense, adjoint) => {
      const maps = this.#maps.get(node.name) ?? [];
      maps.forEach(({ map, inputs, adjoints, sumInputs, sumAdjoints }, m) => {
        const c = this.factors.buffer;
        const [a, ones] = [this.#operand, map.bias === undefined ? 0 : 1];
        this.#copy(dense.input, dense.inputPadded, 0, map.weight.columns, rows, inputs, ones);
        sumInputs.record({ a, b: a, c }, 1 / batchRows, keep);
        this.#copy(adjoint, node.padded * maps.length, m * node.padded, map.weight.rows, rows, adjoints, 0);
        sumAdjoints.record({ a, b: a, c }, batchSamples, keep);
      });
    };
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    for (const { sumInputs, sumAdjoints } of [...this.#maps.values()].flat()) {
      sumInputs[Symbol.dispose]();
      sumAdjoints[Symbol.dispose]();
    }
    this.factors[Symbol.dispose]();
    this.#operand[Symbol.dispose]();
  }

  #copy(
    x: DeviceBuffer,
    stride: number,
    first: number,
    width: number,
    rows: number,
    { columns: span }: MatrixView,
    ones: number,
  ): void {
    this.gpu.dispatch(
      this.gpu.kernel(source),
      { x, y: this.#operand },
      { capacity: this.#capacity, rows, stride, first, width, span, ones },
      linearGroups(this.#capacity * span, 64),
    );
  }
}
