import { listAdapters, useDriver } from "./adapter_list.ts";
import { setEnvIfUnset } from "./env.ts";
import { isDeno, operatingSystem } from "./runtime.ts";
import { hasDeviceSelectLayer } from "./vulkan_files.ts";

/** What finds an adapter that was chosen. */
export interface ChosenAdapter {
  /** With what it is to be requested. */
  readonly request: GPURequestAdapterOptions;
  /** The name that is to be found, where it is known. */
  readonly name?: string;
}

/** "65:00.0" as lspci prints it, with the domain in front on some machines: four digits, or eight from NVIDIA's tools. */
const PCI_ADDRESS = /^(?:(?:[0-9a-f]{4})?([0-9a-f]{4}):)?([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/i;

/**
 * Chooses an adapter for this process, before it first asks for one.
 *
 * @param asked A place in the list of `listAdapters`, a part of a name in it, or a PCI address.
 * @throws {Error} If there is no such adapter, or several, or this is not Deno.
 */
export async function chooseAdapter(asked: string): Promise<ChosenAdapter> {
  if (typeof asked !== "string") {
    throw new Error(`adapter: expected a text such as "0" or a part of a name, found ${asked}.`);
  }
  if (!isDeno()) throw new Error(`adapter ${asked}: expected Deno, found another runtime, which chooses itself.`);
  const address = PCI_ADDRESS.exec(asked.trim());
  if (address !== null) {
    usePciAddress(asked, address);
    return { request: { powerPreference: "high-performance" } };
  }
  const adapters = await listAdapters();
  const names = adapters.map(({ description }) => description.name);
  const { driver, request, description: { name } } = adapters[placeOf(asked, names)];
  if (driver !== undefined) useDriver(driver);
  return { request, name };
}

/** The place of the one name that fits. */
function placeOf(asked: string, names: readonly string[]): number {
  const place = Number(asked);
  if (/^\d\d?$/.test(asked) && place < names.length) return place;
  const places = /^\d\d?$/.test(asked)
    ? []
    : names.flatMap((name, i) => name.toLowerCase().includes(asked.toLowerCase()) ? [i] : []);
  if (places.length === 1) return places[0];
  const exact = names.indexOf(asked);
  if (exact >= 0) return exact;
  const list = names.map((name, i) => `${i} ${name}`).join("; ") || "none";
  throw new Error(
    `adapter ${asked}: expected a place in this list, a part of one name, or a PCI address such as 65:00.0, ` +
      `found ${places.length === 0 ? "no adapter" : `${places.length} adapters`} of that name. The adapters: ${list}.`,
  );
}

/** Puts the GPU at a PCI address first, which Mesa's layer does for the drivers of all vendors. */
function usePciAddress(asked: string, [, domain = "0000", bus, device, func]: RegExpExecArray): void {
  if (operatingSystem !== "linux" || !hasDeviceSelectLayer()) {
    throw new Error(
      `adapter ${asked}: a PCI address needs the layer of Mesa 25 or newer for the choice of devices, which was not found. ` +
        "On Debian 13: apt-get install mesa-vulkan-drivers.",
    );
  }
  Deno.env.set("DRI_PRIME", `pci-${domain}_${bus}_${device}_${func}`.toLowerCase());
}

/**
 * Lets this process take another GPU than its neighbours, where several are alike, unless the environment has a choice already. It needs
 * Linux and the layer of Mesa 25 or newer; without these, and where there are fewer GPUs, nothing changes.
 *
 * @param place The number of this process on its machine, from 0.
 */
export function takeOwnGpu(place: number): void {
  if (place === 0 || operatingSystem !== "linux" || !hasDeviceSelectLayer()) return;
  setEnvIfUnset("DRI_PRIME", String(place));
}
