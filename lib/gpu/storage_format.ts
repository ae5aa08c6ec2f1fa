/**
 * How a buffer stores numbers: in single precision (`f32`), or in half precision (`f16`), two in a word. Kernels compute in single precision
 * either way.
 */
export type StorageFormat = "f32" | "f16";

/** Every format. */
export const STORAGE_FORMATS = ["f32", "f16"] as const satisfies readonly StorageFormat[];

/** Bytes that one number takes. */
export const NUMBER_BYTES: Readonly<Record<StorageFormat, number>> = { f32: 4, f16: 2 };
