/** The options of every task that opens a device: which adapter it takes. */
export const DEVICE_OPTIONS = [
  { name: "software", kind: "flag", help: "Accept a software adapter although the machine has an NVIDIA GPU" },
  {
    name: "adapter",
    kind: "string",
    placeholder: "NUMBER|NAME",
    help:
      "Adapter to compute on: its number or a part of its name in the list of deno task doctor, or the PCI address of a GPU (docs/scale.md)",
    defaultText: "a GPU if there is one",
  },
] as const;

/** The values of these options. */
export interface DeviceValues {
  readonly software?: boolean;
  readonly adapter?: string;
}

/** Their names in camelCase: they say where something is computed, and not what. */
export const DEVICE_NAMES: readonly string[] = DEVICE_OPTIONS.map(({ name }) => name);

/** What opening the device is told. */
export function deviceChoice({ software, adapter }: DeviceValues): {
  readonly allowSoftware?: boolean;
  readonly adapter?: string;
} {
  return { allowSoftware: software ? true : undefined, adapter };
}
