import type { BufferLike } from "../../gpu/buffer.ts";
import type { KernelPart } from "../../gpu/kernel_error.ts";
import type { KernelValues } from "../../gpu/template.ts";

/** A function that a product applies to each entry that it stores: what an activation of one linear map says of itself. */
export interface EntryFunction {
  /** Its name, for error messages. */
  readonly name: string;
  /** Names of the linear maps that it takes an entry of each of; it can be applied only where there is one. */
  readonly maps: readonly string[];
  /** WGSL of `value` and its derivatives (see `wgsl/field/activation_forward.wgsl`); undefined for the identity. */
  readonly text?: string;
  /** What the text reads as `u.p0` and `u.p1`. */
  readonly constants: readonly [number, number];
}

/** A forward product that also stores A = a(Z). */
export interface Activate {
  /** The activation, which has one linear map. */
  readonly activation: EntryFunction;
  /** Columns that exist; the others become 0. */
  readonly real: number;
  /** A, as large as Z. */
  readonly a: BufferLike;
}

/** An adjoint product that stores X̄ ⊙ a′(Z), Z the preactivations of the layer whose activation X is. */
export interface Derive {
  /** The activation, which has one linear map. */
  readonly activation: EntryFunction;
  /** Z, as large as X̄. */
  readonly below: BufferLike;
}

/** Whether an activation can be applied entry by entry where a product is stored. */
export function isFusable({ text, maps }: EntryFunction): boolean {
  return text !== undefined && maps.length === 1;
}

/** How error messages name the function that is filled into a kernel, and the values that it fills in; undefined for none. */
export function filledPart(activation: EntryFunction | undefined): KernelPart | undefined {
  return activation && { name: `the activation ${activation.name}`, values: ["activation", "third"] };
}

/** What a kernel's text is filled with for a fused activation, or for none. */
export function fusionValues(activation: EntryFunction | undefined): KernelValues {
  return activation === undefined ? { fused: false } : { fused: true, activation: activation.text! };
}

/** Uniforms of a fused activation, zeros without one. */
export function activationUniforms(activation: EntryFunction | undefined): { p0: number; p1: number } {
  const [p0, p1] = activation?.constants ?? [0, 0];
  return { p0, p1 };
}

/** What a kernel is given for what is applied where its product is stored. */
interface Epilogue {
  readonly values: KernelValues;
  readonly buffers: Readonly<Record<string, BufferLike>>;
  readonly uniforms: Readonly<Record<string, number>>;
  /** What the values fill in, for error messages. */
  readonly part?: KernelPart;
}

/** What kernels are given that compute forward and adjoint products by one text. */
export function epilogueOf({ activate, derive }: { readonly activate?: Activate; readonly derive?: Derive }): Epilogue {
  const activation = (activate ?? derive)?.activation;
  return {
    values: { activate: activate !== undefined, derive: derive !== undefined, ...fusionValues(activation) },
    buffers: { ...activate && { activated: activate.a }, ...derive && { below: derive.below } },
    uniforms: { real: activate?.real ?? 0, ...activationUniforms(activation) },
    part: filledPart(activation),
  };
}
