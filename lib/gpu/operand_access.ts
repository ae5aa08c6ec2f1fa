import type { StorageFormat } from "./storage_format.ts";

/** How a kernel reads its operands: directly from the buffer, or from a texture that mirrors the buffer. */
export type OperandAccess = "buffer" | "texture";

/**
 * Format of a mirror: the texture that holds the same numbers as an operand's buffer. It is bound as a storage texture, because software
 * adapters look up the level of a sampled texture for each invocation (docs/kernels.md).
 */
export const MIRROR_FORMATS = {
  f32: "rgba32float",
  f16: "rgba16float",
} as const satisfies Record<StorageFormat, GPUTextureFormat>;

/** Width in texels of a mirror. The vec4 with index i is the texel (i mod 1024, ⌊i / 1024⌋). */
export const MIRROR_WIDTH = 1024;

/** The most vec4s of a mirror on an adapter with these limits; a longer operand is read from its buffer. */
export function longestMirror({ maxTextureDimension2D }: Pick<GPUSupportedLimits, "maxTextureDimension2D">): number {
  return MIRROR_WIDTH * maxTextureDimension2D;
}

/** The most mirrors that a kernel reads. */
export const MOST_MIRRORS = 16;

/** How kernels can read their operands on an adapter with these limits: WebGPU's default is too few storage textures for mirrors. */
export function operandAccesses(limits: Pick<GPUSupportedLimits, "maxStorageTexturesPerShaderStage">): OperandAccess[] {
  return limits.maxStorageTexturesPerShaderStage >= MOST_MIRRORS ? ["buffer", "texture"] : ["buffer"];
}
