import { UserError } from "./user_error.ts";

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

/** A number in the list of adapters, or a PCI address: no name is like that. */
const PLACE = /^(\d\d?|([0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$/i;

/**
 * The adapters that are asked for, of which the processes of a job may have several.
 *
 * @param asked One or more, separated by commas. Commas in parentheses belong to a name.
 * @throws {UserError} If there is none between two commas.
 */
export function adaptersIn(asked: string): string[] {
  const adapters = asked.split(/,(?![^(]*\))/).map((each) => each.trim());
  if (!adapters.includes("")) return adapters;
  throw new UserError(
    `--adapter: expected a number, a part of a name or a PCI address, found ${JSON.stringify(asked)}.`,
  );
}

/**
 * What opening the device is told.
 *
 * @throws {UserError} If several adapters are asked for, or something that is none.
 */
export function deviceChoice({ software, adapter }: DeviceValues): {
  readonly allowSoftware?: boolean;
  readonly adapter?: string;
} {
  if (adapter !== undefined) checkOne(adapter);
  return { allowSoftware: software ? true : undefined, adapter };
}

function checkOne(adapter: string): void {
  const adapters = adaptersIn(adapter);
  // A part of a name may have commas.
  if (adapters.length === 1 || !adapters.some((each) => PLACE.test(each))) return;
  throw new UserError(
    `--adapter: expected one adapter, found ${JSON.stringify(adapter)}: a list is for the processes of deno task mpi.`,
  );
}
