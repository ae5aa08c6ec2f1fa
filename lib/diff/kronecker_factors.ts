import type { BufferLike, DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import { type Layout, padWidth } from "../linalg/layout.ts";
import { padRows } from "../linalg/gemm/shape.ts";
import type { DenseNode, Node } from "../field/node.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { kroneckerLayout, type LinearMap, linearMapsOf } from "../linalg/linear_maps.ts";
import { type MatrixView, viewOf } from "../linalg/matrix_view.ts";
import { BatchedProducts } from "../linalg/gemm/batched_products.ts";
import text from "../../wgsl/diff/kronecker_operand.wgsl" with { type: "text" };

/** A function that the backward pass calls for each dense layer with the adjoint of the layer's preactivations. */
export type LayerObserver = (node: Node, dense: DenseNode, adjoint: DeviceBuffer) => void;

/** What a layer observer must know about a chunk of a batch. */
interface ObservedChunk {
  /** Index of the chunk's first row among those that are processed. */
  readonly first: number;
  /** Number of rows in the chunk, without padding; in each block, if there are derivatives by an input. */
  readonly rows: number;
  /** Number of blocks; 1 without derivatives by an input. */
  readonly blocks: number;
  /** Number of rows of a block, padding included. */
  readonly blockRows: number;
  /** Number of rows in the whole batch. */
  readonly batchRows: number;
  /** Number of samples in the whole batch, over which the loss is the mean. */
  readonly batchSamples: number;
}

interface MapSums {
  readonly map: LinearMap;
  readonly inputs: MatrixView;
  readonly adjoints: MatrixView;
  readonly sumInputs: BatchedProducts;
  readonly sumAdjoints: BatchedProducts;
}

const source = { name: "kronecker_operand", text };

/**
 * Computes the Kronecker factors of K-FAC (Martens & Grosse 2015) for every linear map, along with a backward pass:
 *
 * A = mean over the rows of ããᵀ with ã = (a, 1), G = n Σ_rows z̄z̄ᵀ
 *
 * a is the map's input. z̄ is the adjoint of the map's output for the mean loss over n samples (points, pixels or rays; a ray
 * has many rows). With derivatives by an input, the rows of all blocks count, as for weights that are shared; those of derivatives
 * have 0 in place of the 1, since they have no bias (Dangel et al. 2024). The contributions of a batch's chunks are added in order.
 */
export class KroneckerFactors implements Disposable {
  /** The factors, in the layout that `kroneckerLayout` returns. */
  readonly factors: Vector;
  readonly #operand: DeviceBuffer;
  readonly #maps = new Map<string, MapSums[]>();
  readonly #capacity: number;
  readonly #owned: DisposableStack;

  /**
   * Allocates the factors and scratch memory.
   *
   * @param layout The layout of the parameters.
   * @param chunk Number of rows of the largest chunk.
   */
  constructor(readonly gpu: Gpu, layout: Layout, chunk: number) {
    this.#capacity = padRows(chunk);
    using made = new DisposableStack();
    this.factors = made.use(createVector(gpu, kroneckerLayout(layout), "Kronecker factors"));
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
        made.use(new BatchedProducts(gpu, [{ a: view, b: view, c }], { transposeA: true, symmetric: true }));
      const block = map.weight.block ?? map.name;
      const sums = { map, inputs, adjoints, sumInputs: sum(inputs, a), sumAdjoints: sum(adjoints, g) };
      this.#maps.set(block, [...this.#maps.get(block) ?? [], sums]);
    });
    this.#operand = made.use(gpu.buffer("Kronecker operand", this.#capacity * widest * 4));
    this.#owned = made.move();
  }

  /** Returns the function that the backward pass over a chunk must call for each dense layer. */
  observer(chunk: ObservedChunk): LayerObserver {
    return (node, dense, adjoint) => {
      const maps = this.#maps.get(node.name) ?? [];
      maps.forEach((sums, m) => {
        const place = { stride: node.padded * maps.length, first: m * node.padded };
        for (let block = 0; block < chunk.blocks; block++) this.#add(sums, chunk, block, dense, { adjoint, ...place });
      });
    };
  }

  /** Adds the rows of one block to the factors of one linear map. */
  #add(
    { map, inputs, adjoints, sumInputs, sumAdjoints }: MapSums,
    { first, rows, blocks, blockRows, batchRows, batchSamples }: ObservedChunk,
    block: number,
    dense: DenseNode,
    { adjoint, ...place }: { readonly adjoint: DeviceBuffer; readonly stride: number; readonly first: number },
  ): void {
    const keep = first > 0 || block > 0 ? 1 : 0;
    const operands = { a: this.#operand, b: this.#operand, c: this.factors.buffer };
    const part = (matrix: DeviceBuffer, stride: number) => {
      return blocks === 1 ? matrix : matrix.part(block * blockRows * stride, blockRows * stride);
    };
    const [stride, ones] = [dense.inputPadded, map.bias === undefined || block > 0 ? 0 : 1];
    const columns = { rows, stride, first: 0, width: map.weight.columns, span: inputs.columns, ones };
    this.#copy(part(dense.input, stride), columns);
    sumInputs.record(operands, 1 / (batchRows * blocks), keep);
    this.#copy(part(adjoint, place.stride), {
      rows,
      ...place,
      width: map.weight.rows,
      span: adjoints.columns,
      ones: 0,
    });
    sumAdjoints.record(operands, batchSamples, keep);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }

  /** Copies columns of a matrix, and a column of ones where wanted, to the operand of the products. */
  #copy(
    x: BufferLike,
    columns: {
      readonly rows: number;
      readonly stride: number;
      readonly first: number;
      readonly width: number;
      readonly span: number;
      readonly ones: number;
    },
  ): void {
    this.gpu.dispatch(
      this.gpu.kernel(source),
      { x, y: this.#operand },
      { capacity: this.#capacity, ...columns },
      linearGroups(this.#capacity * columns.span, 64),
    );
  }
}
