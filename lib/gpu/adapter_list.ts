import type { AdapterDescription } from "./adapter_description.ts";
import { mayUseEnv, readEnv } from "./env.ts";
import { operatingSystem } from "./runtime.ts";
import { DRIVER_VARIABLES, driverFiles } from "./vulkan_files.ts";

/** Limits of an adapter, as WebGPU calls them; sizes are in bytes. */
export type ListedLimits = Readonly<
  Pick<
    GPUSupportedLimits,
    | "maxStorageBufferBindingSize"
    | "maxBufferSize"
    | "maxComputeWorkgroupStorageSize"
    | "maxComputeInvocationsPerWorkgroup"
  >
>;

/** An adapter of this machine. */
export interface ListedAdapter {
  /** What the adapter reports about itself. */
  readonly description: AdapterDescription;
  /** With what WebGPU finds it, among the adapters of its driver. */
  readonly request: GPURequestAdapterOptions;
  /** The file that registers its driver; undefined where drivers cannot be told apart. */
  readonly driver?: string;
  /** The limits that matter for training. */
  readonly limits: ListedLimits;
  /** The names of its optional features. */
  readonly features: readonly string[];
}

let listed: Promise<readonly ListedAdapter[]> | undefined;

/**
 * Lists the adapters of this machine, GPUs first; the list is made once in a process. WebGPU has no such list: on Linux, each driver is
 * asked alone, which needs permission to set VK_DRIVER_FILES and VK_ICD_FILENAMES. Of equal adapters, or several GPUs of one kind and
 * driver, only one is listed.
 */
export function listAdapters(): Promise<readonly ListedAdapter[]> {
  return listed ??= makeList();
}

/** Lets the loader of Vulkan see one driver only. This has an effect before the process, or a worker, first asks for an adapter. */
export function useDriver(file: string): void {
  for (const variable of DRIVER_VARIABLES) Deno.env.set(variable, file);
}

async function makeList(): Promise<readonly ListedAdapter[]> {
  const found = new Map<string, ListedAdapter>();
  const drivers = knownDrivers();
  const software = drivers.find((file) => file?.includes("lvp_icd"));
  for (const driver of new Set([...software === undefined ? [] : [software], ...drivers])) {
    // A driver without a device makes Deno print an error, unless another one has a device: Mesa's software driver always has.
    const seen = [driver, software].filter((file) => file !== undefined);
    for (const adapter of await adaptersSeen(seen)) {
      const { name } = adapter.description;
      if (!found.has(name)) found.set(name, { ...adapter, driver });
    }
  }
  return [...found.values()].sort((a, b) => Number(a.description.software) - Number(b.description.software));
}

/** The drivers that can be told apart; one that is undefined stands for all. */
function knownDrivers(): readonly (string | undefined)[] {
  if (operatingSystem !== "linux" || !DRIVER_VARIABLES.every(mayUseEnv)) return [undefined];
  const files = driverFiles();
  return files.length > 0 ? files : [undefined];
}

/** The adapters of these drivers, or of all. Each worker has a WebGPU of its own, which sees the drivers of the moment when it is made. */
async function adaptersSeen(drivers: readonly string[]): Promise<readonly ListedAdapter[]> {
  const variables = drivers.length === 0 ? [] : DRIVER_VARIABLES;
  const before = variables.map((variable) => [variable, readEnv(variable)] as const);
  for (const variable of variables) Deno.env.set(variable, drivers.join(":"));
  const worker = new Worker(new URL("./adapter_worker.ts", import.meta.url), { type: "module" });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
    });
  } finally {
    worker.terminate();
    for (const [variable, value] of before) {
      if (value === undefined) Deno.env.delete(variable);
      else Deno.env.set(variable, value);
    }
  }
}
