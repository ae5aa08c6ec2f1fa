import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { NUMBER_BYTES, type StorageFormat } from "../gpu/storage_format.ts";
import { DerivativeBlocks, type InputDerivatives } from "./derivative_blocks.ts";
import {
  type DenseLayer,
  type EncodingLayer,
  type FieldDescription,
  isEncoding,
  isHidden,
  widthsOf,
} from "./description.ts";
import { DensePasses } from "./dense_passes.ts";
import { findChains, type NodeChain } from "./node_chains.ts";
import type { Node } from "./node.ts";
import { isFused } from "../linalg/gemm/chain_choice.ts";
import { FUSED } from "../linalg/gemm/family.ts";
import { type Layout, padWidth } from "../linalg/layout.ts";
import { padRows } from "../linalg/gemm/shape.ts";
import type { Vector } from "../linalg/vector.ts";

/** The field that a network computes. */
export interface NetworkField {
  /** The device. */
  readonly gpu: Gpu;
  /** The field as data. */
  readonly description: FieldDescription;
  /** The layout of the field's parameters. */
  readonly layout: Layout;
}

/** The buffers for one chunk of a batch, and the forward pass over it, with or without tangents. */
export class Network implements Disposable {
  /** Inputs first, then layers in order of evaluation. */
  readonly nodes: readonly Node[];
  /** The device. */
  readonly gpu: Gpu;
  /** How the rows of every matrix are divided: one block of values, and perhaps blocks of derivatives by an input. */
  readonly blocks: DerivativeBlocks;
  readonly #byName = new Map<string, Node>();
  readonly #buffers: DeviceBuffer[] = [];
  /** Layers that single dispatches can compute. */
  readonly chains: readonly NodeChain[] = [];
  readonly #passes: DensePasses;

  /**
   * Allocates the buffers.
   *
   * @param capacity Rows of the largest chunk, padded by `padRows`; of each block, if there are several.
   * @param tangents Whether tangents of the forward pass can be computed, too.
   * @param derivatives The derivatives by an input that are computed with the values, in further blocks of rows; none by default.
   * @param storage How preactivations and values of hidden layers are stored. Everything else is stored in single precision: inputs and
   * encodings, which hold coordinates, what several of them are joined to, outputs, which objectives read, and tangents.
   */
  constructor(
    readonly field: NetworkField,
    readonly capacity: number,
    tangents: boolean,
    derivatives?: InputDerivatives,
    storage: StorageFormat = "f32",
  ) {
    this.gpu = field.gpu;
    this.blocks = new DerivativeBlocks(field.description, derivatives);
    // If allocating one of the buffers fails, those allocated before are freed.
    using incomplete = new DisposableStack();
    incomplete.use(this);
    const widths = widthsOf(field.description);
    for (const [name, width] of Object.entries(field.description.inputs)) {
      const padded = padWidth(width);
      this.#byName.set(name, { name, width, padded, active: false, value: this.#buffer(name, padded) });
    }
    for (const layer of field.description.layers) {
      const sources = layer.from.map((source) => this.#byName.get(source)!);
      const width = widths.get(layer.name)!;
      const node = isEncoding(layer)
        ? this.#encodingNode(layer, sources[0], width)
        : this.#denseNode(layer, sources, width, {
          tangents,
          storage: isHidden(field.description, layer) ? storage : "f32",
        });
      this.#byName.set(layer.name, node);
    }
    this.nodes = [...this.#byName.values()];
    const widest = Math.max(...this.nodes.map((node) => node.padded * (node.dense?.layer.activation.maps.length ?? 0)));
    const scratch = this.#buffer("scratch", widest);
    const zeros = this.blocks.count > 1 ? this.gpu.buffer("bias of derivatives", widest * 4) : undefined;
    if (zeros !== undefined) this.#buffers.push(zeros);
    this.#passes = new DensePasses({ gpu: this.gpu, blocks: this.blocks, scratch, zeros });
    if (["auto", FUSED].includes(this.gpu.tuner.asked) && this.blocks.count === 1) {
      const outputs = new Set(Object.values(field.description.outputs).map((layer) => this.node(layer)));
      this.chains = findChains(this.gpu, this.nodes, outputs);
    }
    incomplete.move();
  }

  /** The node of an input or layer. Throws if there is none of that name. */
  node(name: string): Node {
    const node = this.#byName.get(name);
    if (node === undefined) throw new Error(`field: there is no input or layer called ${name}.`);
    return node;
  }

  /** The node from which a named output is read. Throws if there is no output of that name. */
  output(name: string): Node {
    const layer = this.field.description.outputs[name];
    if (layer === undefined) {
      const names = Object.keys(this.field.description.outputs).join(", ");
      throw new Error(`field: there is no output called ${name}, only ${names}.`);
    }
    return this.node(layer);
  }

  /**
   * Records the forward pass over `rows` rows of the inputs' buffers.
   *
   * @param rows Number of rows of a block, padding included. Derivatives follow the values in blocks of as many rows.
   * @param output If given, only the layers that this output depends on are computed.
   */
  forward(rows: number, parameters: Vector, output?: string): void {
    const fused = this.fusedChains(rows);
    for (const node of output === undefined ? this.nodes : this.#upstream(this.output(output))) {
      if (this.blocks.count > 1 && node.dense === undefined && node.encoding === undefined) {
        this.blocks.recordInput(this.gpu, node, rows);
      }
      if (node.encoding !== undefined) this.#encode(node.encoding, node, rows);
      if (node.dense === undefined) continue;
      const chain = fused.find(({ nodes }) => nodes.includes(node));
      if (chain === undefined) this.#passes.forward(node, rows, parameters);
      else if (chain.nodes[0] === node) this.#passes.forwardChain(chain, rows, parameters);
    }
  }

  /** The chains whose values and adjoints are computed in single dispatches for so many rows. */
  fusedChains(rows: number): NodeChain[] {
    return this.chains.filter(({ layers }) => isFused(this.gpu, layers.layers, rows));
  }

  /** The chains whose tangents are. */
  fusedTangents(rows: number): NodeChain[] {
    return this.chains.filter(({ layers }) => isFused(this.gpu, layers.layers, rows, "tangents"));
  }

  /**
   * Records evaluating one output at the first `rows` rows of the inputs' buffers.
   *
   * @returns Where the output will be stored, [padded rows, stride], and its width without padding.
   */
  evaluate(rows: number, parameters: Vector, output: string): { buffer: DeviceBuffer; width: number; stride: number } {
    this.forward(padRows(rows), parameters, output);
    const { value, width, padded } = this.output(output);
    return { buffer: value, width, stride: padded };
  }

  /**
   * Records the tangents of the forward pass along a direction in parameter space. The forward pass must have been recorded
   * before.
   *
   * @param rows Number of rows of a block, padding included.
   */
  forwardTangent(rows: number, parameters: Vector, direction: Vector): void {
    const fused = this.fusedTangents(rows);
    for (const node of this.nodes) {
      if (node.dense === undefined) continue;
      const chain = fused.find(({ nodes }) => nodes.includes(node));
      if (chain === undefined) this.#passes.tangent(node, rows, parameters, direction);
      else if (chain.nodes[0] === node) this.#passes.tangentChain(chain, rows, parameters, direction);
    }
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    for (const { layers } of this.chains) layers[Symbol.dispose]();
    for (const buffer of this.#buffers) buffer[Symbol.dispose]();
  }

  /** A node and all nodes that it depends on, in the order of evaluation. */
  #upstream(node: Node): Node[] {
    const needed = new Set([node]);
    // The loop also visits the nodes that are added to the set while it runs.
    for (const { dense, encoding } of needed) {
      for (const source of dense?.sources ?? (encoding ? [encoding.source] : [])) needed.add(source);
    }
    return this.nodes.filter((each) => needed.has(each));
  }

  #encode({ layer, source }: { layer: EncodingLayer; source: Node }, node: Node, rows: number): void {
    const shape = { rows, inputs: source.width, inputStride: source.padded, outputStride: node.padded };
    layer.encoding.record(this.gpu, source.value, node.value, shape);
    if (this.blocks.count > 1) this.blocks.recordEncoding(this.gpu, node, rows);
  }

  #encodingNode(layer: EncodingLayer, source: Node, width: number): Node {
    const padded = padWidth(width);
    const value = this.#buffer(layer.name, padded);
    return { name: layer.name, width, padded, active: false, value, encoding: { layer, source } };
  }

  #denseNode(
    layer: DenseLayer,
    sources: readonly Node[],
    width: number,
    { tangents, storage }: { readonly tangents: boolean; readonly storage: StorageFormat },
  ): Node {
    const { name, activation } = layer;
    const padded = padWidth(width);
    const maps = activation.maps.length;
    const identity = activation.text === undefined;
    const inputPadded = padWidth(sources.reduce((sum, source) => sum + source.width, 0));
    const active = sources.some((source) => source.active);
    const joined = sources.length > 1;
    const preactivation = this.#buffer(`${name}.preactivation`, padded * maps, storage);
    const preactivationTangent = tangents ? this.#buffer(`${name}.preactivationTangent`, padded * maps) : undefined;
    const joinedTangent = joined && tangents && active ? this.#buffer(`${name}.inputTangent`, inputPadded) : undefined;
    const weightSize = padded * maps * inputPadded * 4;
    const block = this.field.layout.find((segment) => segment.block === name)!;
    const offset = block.deviceOffset * 4;
    return {
      name,
      width,
      padded,
      active: true,
      value: identity ? preactivation : this.#buffer(name, padded, storage),
      valueTangent: !tangents || identity ? preactivationTangent : this.#buffer(`${name}.tangent`, padded),
      dense: {
        layer,
        sources,
        input: joined ? this.#buffer(`${name}.input`, inputPadded) : sources[0].value,
        inputTangent: joined ? joinedTangent : sources[0].valueTangent,
        inputPadded,
        preactivation,
        preactivationTangent,
        weight: { offset, size: weightSize },
        bias: { offset: offset + weightSize, size: padded * maps * 4 },
      },
    };
  }

  #buffer(label: string, width: number, storage: StorageFormat = "f32"): DeviceBuffer {
    const bytes = this.blocks.count * this.capacity * width * NUMBER_BYTES[storage];
    const buffer = this.gpu.buffer(label, bytes, storage);
    this.#buffers.push(buffer);
    return buffer;
  }
}
