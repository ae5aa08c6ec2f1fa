import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { DenseLayer, EncodingLayer } from "./description.ts";

/**
 * An input of the field, an encoding or a dense layer, with its buffers for one chunk of a batch. If the network computes derivatives by an
 * input, all matrices have several blocks of as many rows, one after the other: values first, then derivatives (`DerivativeBlocks`).
 */
export interface Node {
  /** Name of the input or layer. */
  readonly name: string;
  /** Columns without padding. */
  readonly width: number;
  /** Columns on the device, padding included. */
  readonly padded: number;
  /** Whether the node's value depends on parameters. Only then it has tangents and adjoints. */
  readonly active: boolean;
  /** The node's value A: [rows, padded]. */
  readonly value: DeviceBuffer;
  /** The value's tangent Ȧ: [rows, padded]. It exists if the network has tangents and the node is active. */
  readonly valueTangent?: DeviceBuffer;
  /** Members that only dense layers have. */
  readonly dense?: DenseNode;
  /** The encoding and the input that it reads. Only encodings have it. */
  readonly encoding?: { readonly layer: EncodingLayer; readonly source: Node };
}

/** The members of a node that only a dense layer has. */
export interface DenseNode {
  /** The layer's description. */
  readonly layer: DenseLayer;
  /** The nodes that the layer reads, in the order of its description. */
  readonly sources: readonly Node[];
  /** The layer's input X: the value of its only source, or the concatenation of its sources' values. */
  readonly input: DeviceBuffer;
  /** The input's tangent Ẋ. It exists if the network has tangents and a source is active. */
  readonly inputTangent?: DeviceBuffer;
  /** Columns of X on the device, padding included. */
  readonly inputPadded: number;
  /** The preactivation Z: [rows, maps, padded]. If the activation is the identity, this is the same buffer as the value. */
  readonly preactivation: DeviceBuffer;
  /** The preactivation's tangent Ż: [rows, maps, padded]. It exists if the network has tangents. */
  readonly preactivationTangent?: DeviceBuffer;
  /** Where the stacked weights of all the layer's maps are stored in vectors of the field's layout, in bytes. */
  readonly weight: { readonly offset: number; readonly size: number };
  /** Where the stacked biases are stored, in bytes. */
  readonly bias: { readonly offset: number; readonly size: number };
}
