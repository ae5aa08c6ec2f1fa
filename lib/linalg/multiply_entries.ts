import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { Vector } from "./vector.ts";
import text from "../../wgsl/linalg/multiply_entries.wgsl" with { type: "text" };

const source = { name: "multiply_entries", text };

/** Records `into` = x ⊙ y, entry by entry, for vectors of one layout. `into` is neither x nor y. */
export function multiplyEntries(gpu: Gpu, x: Vector, y: Vector, into: Vector): void {
  const length = into.layout.deviceLength / 4;
  const buffers = { x: x.buffer, y: y.buffer, product: into.buffer };
  gpu.dispatch(gpu.kernel(source), buffers, { length }, linearGroups(length, 64));
}
