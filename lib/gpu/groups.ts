/** Workgroups along x and y that cover `count` invocations in workgroups of `size`, within the 65 535 of a dimension. */
export function linearGroups(count: number, size: number): [number, number] {
  const groups = Math.max(1, Math.ceil(count / size));
  const y = Math.ceil(groups / 65535);
  return [Math.ceil(groups / y), y];
}
