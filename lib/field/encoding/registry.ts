import type { Encoding } from "./encoding.ts";
import type { EncodingKind } from "./kind.ts";
import { positionalKind } from "./positional.ts";

/** Every encoding. */
export const encodingKinds: readonly EncodingKind[] = [
  positionalKind,
];

/** Encodings by name, for configuration files. */
export const encodings: Readonly<Record<string, (options?: Record<string, number>) => Encoding>> = Object.fromEntries(
  encodingKinds.map(({ name, make }) => [name, make]),
);
