/** How matrix products may be asked to be computed: see `DeviceOptions.kernels`. */
export type KernelChoice = (typeof KERNEL_CHOICES)[number];

/** Every {@linkcode KernelChoice}. */
export const KERNEL_CHOICES = [
  "auto",
  "register",
  "wide",
  "tile",
  "tile32",
  "tile128",
  "straight",
  "straight32",
] as const;
