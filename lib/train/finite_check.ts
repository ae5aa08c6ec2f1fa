import { linearGroups } from "../gpu/groups.ts";
import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Vector } from "../linalg/vector.ts";
import text from "../../wgsl/train/finite_check.wgsl" with { type: "text" };

const source = { name: "finite_check", text };

/**
 * Records a look at the parameters and at vectors of an optimizer's state after `step`: `flags[1]` and `flags[2]` get its number if a number in
 * them is not finite.
 */
export function checkFinite(step: number, { parameters, state, flags }: {
  readonly parameters: Vector;
  readonly state: Iterable<Vector>;
  readonly flags: DeviceBuffer;
}): void {
  const { gpu } = parameters;
  const kernel = gpu.kernel(source);
  const look = ({ buffer, layout }: Vector, flag: number) => {
    const length = layout.deviceLength / 4;
    gpu.dispatch(kernel, { data: buffer, flags }, { length, step, flag }, linearGroups(length, 64));
  };
  look(parameters, 1);
  for (const vector of state) look(vector, 2);
}
