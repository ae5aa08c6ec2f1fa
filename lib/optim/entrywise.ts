import { checkMember, objectWith } from "../hyperparameter/members.ts";
import type { DeviceBuffer } from "../gpu/buffer.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { KernelSource } from "../gpu/kernel_source.ts";
import type { KernelValues } from "../gpu/template.ts";
import { Vector } from "../linalg/vector.ts";
import type { OptimizerContext } from "./optimizer.ts";

const CONTEXT = objectWith("what the method create is given, with gpu and layout", "gpu", "layout");

/**
 * Records a kernel that goes over whole vectors, four entries an invocation in workgroups of 64, and has a uniform `length`, the
 * number of vec4s.
 *
 * @param vectors By the names that the kernel has for them; buffers for what is no vector of the layout.
 * @param uniforms All but `length`.
 * @param values What its text leaves open.
 */
export function entrywise(
  context: OptimizerContext,
  source: KernelSource,
  vectors: Readonly<Record<string, Vector | DeviceBuffer>>,
  uniforms: Readonly<Record<string, number>>,
  values: KernelValues = {},
): void {
  checkMember("entrywise", context, CONTEXT);
  const { gpu, layout } = context;
  const length = layout.deviceLength / 4;
  const buffers = Object.entries(vectors).map(([name, each]) => [name, each instanceof Vector ? each.buffer : each]);
  gpu.dispatch(
    gpu.kernel(source, values),
    Object.fromEntries(buffers),
    { length, ...uniforms },
    linearGroups(length, 64),
  );
}
