/** ‖estimate − exact‖/‖exact‖. */
export function relativeError(estimate: Float64Array, exact: Float64Array): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < exact.length; i++) {
    difference += (estimate[i] - exact[i]) ** 2;
    size += exact[i] ** 2;
  }
  return Math.sqrt(difference / size);
}
