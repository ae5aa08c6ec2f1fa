import { readEnv } from "./env.ts";
import { isPermitted } from "./runtime.ts";

/** The folders below which Vulkan's loader looks for drivers and layers, on Linux. */
export function vulkanFolders(): string[] {
  const home = readEnv("HOME");
  const folders = ["/etc", "/usr/local/etc", "/usr/local/share", "/usr/share"];
  return [...home ? [`${home}/.local/share`] : [], ...folders].map((folder) => `${folder}/vulkan`);
}

/** The variables by which the loader of Vulkan is told which drivers there are; older loaders know the second one only. */
export const DRIVER_VARIABLES = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"] as const;

/** The files or folders of drivers that the environment names; undefined where it names none. */
export function namedDrivers(): string[] | undefined {
  return DRIVER_VARIABLES.map(readEnv).find((named) => named !== undefined)?.split(":");
}

/** The files that each register a driver: those that the environment names, or else those in the loader's folders that can be read. */
export function driverFiles(): string[] {
  const places = namedDrivers() ?? vulkanFolders().map((folder) => `${folder}/icd.d`);
  return places.flatMap((place) => place.endsWith(".json") ? [place] : manifestsIn(place));
}

/**
 * Whether Mesa's layer is there, which puts a device first that DRI_PRIME names: by its PCI address, or by its number. The layer of Mesa
 * 22.3 takes any device but the one at the address (tried with two), so one that does not say it is of Mesa 25 or newer does not count.
 */
export function hasDeviceSelectLayer(): boolean {
  const files = vulkanFolders().flatMap((folder) => manifestsIn(`${folder}/implicit_layer.d`));
  return files.filter((file) => file.endsWith("MESA_device_select.json")).some((file) => {
    const [, major, minor] = Deno.readTextFileSync(file).match(/"api_version" *: *"(\d+)\.(\d+)/) ?? [];
    return Number(major) > 1 || Number(minor) >= 4;
  });
}

function manifestsIn(folder: string): string[] {
  if (!isPermitted({ name: "read", path: folder })) return [];
  try {
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".json"));
    return names.sort().map((name) => `${folder}/${name}`);
  } catch {
    // Most of these folders are missing on most machines.
    return [];
  }
}
