import { KERNEL_CHOICES } from "../../lib/linalg/gemm/family.ts";

/** The kernels that the options of a run ask for; undefined for the default. */
export function kernelChoice(
  { kernels }: Readonly<Record<string, unknown>>,
): typeof KERNEL_CHOICES[number] | undefined {
  return KERNEL_CHOICES.find((choice) => choice === kernels);
}
