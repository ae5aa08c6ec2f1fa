import type { BufferLike, DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import { copyColumns } from "./columns.ts";
import { type DenseLayer, type EncodingLayer, type FieldDescription, isEncoding, widthsOf } from "./description.ts";
import { type Layout, padWidth } from "../linalg/layout.ts";
import { matmulForward } from "../linalg/gemm/matmul.ts";
import { isFusable } from "../linalg/gemm/epilogue.ts";
import { type MatmulShape, padRows } from "../linalg/gemm/shape.ts";
import type { Vector } from "../linalg/vector.ts";
import activationText from "../../wgsl/field/activation_forward.wgsl" with { type: "text" };
import tangentText from "../../wgsl/field/activation_tangent.wgsl" with { type: "text" };

/** What a network is made for. */
export interface NetworkSubject {
  /** The device. */
  readonly gpu: Gpu;
  /** The field as data. */
  readonly description: FieldDescription;
  /** Of the field's parameters. */
  readonly layout: Layout;
}

/** An input of the field, an encoding or a layer of units, with the buffers of one chunk of a batch. */
export interface Node {
  /** Name of the input or layer. */
  readonly name: string;
  /** Columns that exist. */
  readonly width: number;
  /** Columns on the device. */
  readonly padded: number;
  /** Whether parameters lie upstream, so that it has tangents and adjoints. */
  readonly active: boolean;
  /** A: [rows, padded]. */
  readonly value: DeviceBuffer;
  /** Ȧ, where the network has tangents and the node is active. */
  readonly valueTangent?: DeviceBuffer;
  /** Set for layers of units. */
  readonly dense?: DenseNode;
  /** Set for encodings. */
  readonly encoding?: { readonly layer: EncodingLayer; readonly source: Node };
}

/** What only a layer of units has. */
export interface DenseNode {
  /** Its description. */
  readonly layer: DenseLayer;
  /** What it reads, in order. */
  readonly sources: readonly Node[];
  /** X: the one source's value, or the sources' values side by side. */
  readonly input: DeviceBuffer;
  /** Ẋ, where the network has tangents and something read is active. */
  readonly inputTangent?: DeviceBuffer;
  /** Columns of X on the device. */
  readonly inputPadded: number;
  /** Z: [rows, maps, padded]; the value itself when the activation is the identity. */
  readonly preactivation: DeviceBuffer;
  /** Ż, where the network has tangents. */
  readonly preactivationTangent?: DeviceBuffer;
  /** Byte ranges of the stacked weights and biases in vectors of the field's layout. */
  readonly weight: { readonly offset: number; readonly size: number };
  /** See `weight`. */
  readonly bias: { readonly offset: number; readonly size: number };
}

const activationSource = { name: "activation_forward", text: activationText };
const tangentSource = { name: "activation_tangent", text: tangentText };

/** Buffers for a chunk of a batch, and the forward pass over it, with tangents or without. */
export class Network implements Disposable {
  /** Inputs first, then layers in order of evaluation. */
  readonly nodes: readonly Node[];
  /** The device. */
  readonly gpu: Gpu;
  readonly #byName = new Map<string, Node>();
  readonly #buffers: DeviceBuffer[] = [];
  /** As large as the largest preactivations, for products in several passes. */
  readonly #scratch: DeviceBuffer;

  /**
   * Allocates the buffers.
   *
   * @param capacity Rows that a chunk may have, padded as `padRows` does.
   * @param tangents Whether the forward pass can carry tangents.
   */
  constructor(readonly subject: NetworkSubject, readonly capacity: number, tangents: boolean) {
    this.gpu = subject.gpu;
    // Should one buffer not be had, those before it are freed.
    using incomplete = new DisposableStack();
    incomplete.use(this);
    const widths = widthsOf(subject.description);
    for (const [name, width] of Object.entries(subject.description.inputs)) {
      const padded = padWidth(width);
      this.#byName.set(name, { name, width, padded, active: false, value: this.#buffer(name, padded) });
    }
    for (const layer of subject.description.layers) {
      const sources = layer.from.map((source) => this.#byName.get(source)!);
      const width = widths.get(layer.name)!;
      const node = isEncoding(layer)
        ? this.#encodingNode(layer, sources[0], width)
        : this.#denseNode(layer, sources, width, tangents);
      this.#byName.set(layer.name, node);
    }
    this.nodes = [...this.#byName.values()];
    const widest = Math.max(...this.nodes.map((node) => node.padded * (node.dense?.layer.activation.maps.length ?? 0)));
    this.#scratch = this.#buffer("scratch", widest);
    incomplete.move();
  }

  /** The node of an input or layer. */
  node(name: string): Node {
    const node = this.#byName.get(name);
    if (node === undefined) throw new Error(`field: it has no input or layer called ${name}.`);
    return node;
  }

  /** The node that a named output is read from. */
  output(name: string): Node {
    const layer = this.subject.description.outputs[name];
    if (layer === undefined) {
      const names = Object.keys(this.subject.description.outputs).join(", ");
      throw new Error(`field: it has no output called ${name}, only ${names}.`);
    }
    return this.node(layer);
  }

  /**
   * Records the forward pass over `rows` rows of the inputs' buffers.
   *
   * @param output Only what this output needs.
   */
  forward(rows: number, parameters: Vector, output?: string): void {
    for (const node of output === undefined ? this.nodes : this.#upstream(this.output(output))) {
      if (node.encoding !== undefined) this.#encode(node.encoding, node, rows);
      if (node.dense !== undefined) this.#dense(node.dense, node, rows, parameters);
    }
  }

  /** Records evaluating one output at the first rows of the inputs' buffers. */
  evaluate(rows: number, parameters: Vector, output: string): { buffer: DeviceBuffer; width: number; stride: number } {
    this.forward(padRows(rows), parameters, output);
    const { value, width, padded } = this.output(output);
    return { buffer: value, width, stride: padded };
  }

  /** Records the tangents of the forward pass, which has run, along a direction in parameter space. */
  forwardTangent(rows: number, parameters: Vector, direction: Vector): void {
    for (const node of this.nodes) {
      if (node.dense !== undefined) this.#denseTangent(node.dense, node, rows, parameters, direction);
    }
  }

  /** Sizes of a layer's products. */
  static shapeOf(node: Node, rows: number): MatmulShape {
    const dense = node.dense!;
    return { rows, outputs: node.padded * dense.layer.activation.maps.length, inputs: dense.inputPadded };
  }

  /** A layer's stacked weights in a vector of the field's layout. */
  static weightOf(node: Node, vector: Vector): BufferLike {
    return vector.buffer.slice(node.dense!.weight.offset, node.dense!.weight.size);
  }

  static #biasOf(node: Node, vector: Vector): BufferLike {
    return vector.buffer.slice(node.dense!.bias.offset, node.dense!.bias.size);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    for (const buffer of this.#buffers) buffer[Symbol.dispose]();
  }

  /** A node and all that it reads, in order of evaluation. */
  #upstream(node: Node): Node[] {
    const needed = new Set([node]);
    // A set that grows while it is gone through is gone through to its new end.
    for (const { dense, encoding } of needed) {
      for (const source of dense?.sources ?? (encoding ? [encoding.source] : [])) needed.add(source);
    }
    return this.nodes.filter((each) => needed.has(each));
  }

  #encode({ layer, source }: { layer: EncodingLayer; source: Node }, node: Node, rows: number): void {
    const shape = { rows, inputs: source.width, inputStride: source.padded, outputStride: node.padded };
    layer.encoding.record(this.gpu, source.value, node.value, shape);
  }

  #dense(dense: DenseNode, node: Node, rows: number, parameters: Vector): void {
    const { layer: { activation }, sources, input, preactivation: z } = dense;
    const shape = Network.shapeOf(node, rows);
    if (sources.length > 1) this.#join(sources.map((source) => source.value), dense, rows, input);
    const fused = isFusable(activation);
    const activate = fused ? { activation, real: node.width, a: node.value } : undefined;
    const terms = [{ x: input, w: Network.weightOf(node, parameters) }];
    const bias = Network.#biasOf(node, parameters);
    matmulForward(this.gpu, { terms, bias, z, shape, scratch: this.#scratch, activate });
    const { text, maps, constants: [p0, p1] } = activation;
    if (text === undefined || fused) return;
    this.gpu.dispatch(
      this.gpu.kernel(activationSource, { activation: text, maps: maps.length }),
      { z, a: node.value },
      { rows, width: node.padded, real: node.width, p0, p1 },
      linearGroups(rows * node.padded / 4, 64),
    );
  }

  #denseTangent(dense: DenseNode, node: Node, rows: number, parameters: Vector, direction: Vector): void {
    const { layer: { activation }, sources, input, inputTangent } = dense;
    const z = dense.preactivation;
    const tangent = dense.preactivationTangent!;
    if (sources.length > 1 && inputTangent !== undefined) {
      this.#join(sources.map((source) => source.valueTangent), dense, rows, inputTangent);
    }
    const along = { x: input, w: Network.weightOf(node, direction) };
    const terms = inputTangent === undefined
      ? [along]
      : [{ x: inputTangent, w: Network.weightOf(node, parameters) }, along];
    const shape = Network.shapeOf(node, rows);
    const bias = Network.#biasOf(node, direction);
    matmulForward(this.gpu, { terms, bias, z: tangent, shape, scratch: this.#scratch });
    const { text, maps, constants: [p0, p1] } = activation;
    if (text === undefined) return;
    this.gpu.dispatch(
      this.gpu.kernel(tangentSource, { activation: text, maps: maps.length }),
      { z, z_tangent: tangent, a_tangent: node.valueTangent! },
      { rows, width: node.padded, p0, p1 },
      linearGroups(rows * node.padded / 4, 64),
    );
  }

  #join(parts: (DeviceBuffer | undefined)[], dense: DenseNode, rows: number, to: DeviceBuffer): void {
    let column = 0;
    parts.forEach((part, i) => {
      const { width, padded } = dense.sources[i];
      const place = {
        rows,
        width,
        span: width,
        fromStride: padded,
        fromColumn: 0,
        toStride: dense.inputPadded,
        toColumn: column,
      };
      if (part !== undefined) copyColumns(this.gpu, part, to, place);
      column += width;
    });
  }

  #encodingNode(layer: EncodingLayer, source: Node, width: number): Node {
    const padded = padWidth(width);
    const value = this.#buffer(layer.name, padded);
    return { name: layer.name, width, padded, active: false, value, encoding: { layer, source } };
  }

  #denseNode(layer: DenseLayer, sources: readonly Node[], width: number, tangents: boolean): Node {
    const { name, activation } = layer;
    const padded = padWidth(width);
    const maps = activation.maps.length;
    const identity = activation.text === undefined;
    const inputPadded = padWidth(sources.reduce((sum, source) => sum + source.width, 0));
    const active = sources.some((source) => source.active);
    const joined = sources.length > 1;
    const preactivation = this.#buffer(`${name}.preactivation`, padded * maps);
    const preactivationTangent = tangents ? this.#buffer(`${name}.preactivationTangent`, padded * maps) : undefined;
    const inputTangent = joined && tangents && active
      ? this.#buffer(`${name}.inputTangent`, inputPadded)
      : sources[0].valueTangent;
    const weightSize = padded * maps * inputPadded * 4;
    const block = this.subject.layout.find((segment) => segment.block === name)!;
    const offset = block.deviceOffset * 4;
    return {
      name,
      width,
      padded,
      active: true,
      value: identity ? preactivation : this.#buffer(name, padded),
      valueTangent: !tangents || identity ? preactivationTangent : this.#buffer(`${name}.tangent`, padded),
      dense: {
        layer,
        sources,
        input: joined ? this.#buffer(`${name}.input`, inputPadded) : sources[0].value,
        inputTangent: tangents && active ? inputTangent : undefined,
        inputPadded,
        preactivation,
        preactivationTangent,
        weight: { offset, size: weightSize },
        bias: { offset: offset + weightSize, size: padded * maps * 4 },
      },
    };
  }

  #buffer(label: string, width: number): DeviceBuffer {
    const buffer = this.gpu.buffer(label, this.capacity * width * 4);
    this.#buffers.push(buffer);
    return buffer;
  }
}
