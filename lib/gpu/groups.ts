/**
 * Numbers of workgroups along x and y that together cover `count` invocations in workgroups of `size`. Neither exceeds
 * 65 535, WebGPU's limit for one dimension.
 */
export function linearGroups(count: number, size: number): [number, number] {
  const groups = Math.max(1, Math.ceil(count / size));
  const y = Math.ceil(groups / 65535);
  return [Math.ceil(groups / y), y];
}
