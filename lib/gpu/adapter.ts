import { checkOptions } from "../hyperparameter/members.ts";
import { type AdapterDescription, describeAdapter } from "./adapter_description.ts";
import { chooseAdapter, type ChosenAdapter } from "./adapter_choice.ts";
import { prepareGraphics } from "./env.ts";
import { isPermitted, operatingSystem } from "./runtime.ts";
import { namedDrivers, vulkanFolders } from "./vulkan_files.ts";

/** Which adapters are acceptable. */
export interface AdapterOptions {
  /**
   * Whether a software adapter, which computes on the CPU, is acceptable. By default it is, unless the machine has an
   * NVIDIA GPU.
   */
  allowSoftware?: boolean;
  /** The default is "high-performance", because without a preference WebGPU may choose the software adapter. */
  powerPreference?: GPUPowerPreference;
  /**
   * The adapter to take, software or not: its place in the list of `listAdapters`, a part of its name, or the PCI address of a GPU,
   * such as 65:00.0. A process has one choice, before it first asks for an adapter.
   */
  adapter?: string;
}

/** An adapter and its description. */
export interface FoundAdapter {
  /** The adapter. WebGPU allows one device to be requested from it. */
  adapter: GPUAdapter;
  /** The description, for messages and for a run's metadata. */
  description: AdapterDescription;
}

/**
 * The parts of a machine that decide which adapter is found. A method whose answer may be `undefined` returns that when it
 * cannot tell, for example because a permission is missing.
 */
export interface Machine {
  /** The operating system, as in `Deno.build.os`; undefined in a browser and in Node. */
  os: string | undefined;
  /** Requests an adapter from WebGPU. The result is `null` if there is none. */
  requestAdapter(options: GPURequestAdapterOptions): Promise<GPUAdapter | null>;
  /** Makes the adapter that was asked for the one that is found. */
  choose(adapter: string): Promise<ChosenAdapter>;
  /** Whether the Vulkan loader, the library that finds Vulkan drivers, is installed. */
  hasVulkanLoader(): boolean | undefined;
  /** Whether any Vulkan driver is registered with the loader. */
  hasVulkanDriver(): boolean | undefined;
  /** Whether the operating system's kernel reports an NVIDIA GPU. */
  hasNvidiaDevice(): boolean | undefined;
}

/**
 * Finds the adapter to compute on.
 *
 * @param machine Only tests pass it, to simulate other machines.
 * @throws {Error} If there is no adapter, or only a software adapter that `allowSoftware` does not accept. The message says
 * what is missing and how to fix it.
 */
export async function findAdapter(options: AdapterOptions = {}, machine: Machine = thisMachine): Promise<FoundAdapter> {
  checkOptions("findAdapter", options, { allowSoftware: true, powerPreference: true, adapter: true });
  if (options.adapter !== undefined) return await findChosen(options.adapter, machine);
  const { allowSoftware, powerPreference = "high-performance" } = options;
  const adapter = await machine.requestAdapter({ powerPreference });
  if (!adapter) throw new Error(`No WebGPU adapter was found: ${howToFix(machine)}`);
  const description = describeAdapter(adapter);
  if (!description.software || allowSoftware === true) return { adapter, description };
  if (machine.hasNvidiaDevice()) {
    throw new Error(
      `This machine has an NVIDIA GPU, but only the software adapter "${description.name}" was found: ` +
        `${howToFixNvidia(machine)} To compute on the CPU anyway, ask for it (--software).`,
    );
  }
  if (allowSoftware === false) {
    throw new Error(
      `Only the software adapter "${description.name}" was found, but a GPU was asked for: ` +
        "install the GPU's Vulkan driver, or allow software.",
    );
  }
  return { adapter, description };
}

/** Finds the adapter that was asked for. */
async function findChosen(asked: string, machine: Machine): Promise<FoundAdapter> {
  const { request, name } = await machine.choose(asked);
  const adapter = await machine.requestAdapter(request);
  const description = adapter ? describeAdapter(adapter) : undefined;
  const fits = name === undefined ? description?.software === false : description?.name === name;
  if (adapter && description && fits) return { adapter, description };
  const [expected, found] = [name ?? "a GPU", description?.name ?? "none"];
  throw new Error(
    `adapter ${asked}: expected ${expected}, found ${found}: a process has one choice, before it first asks for an adapter.`,
  );
}

const loader = "the Vulkan loader (libvulkan.so.1)";
const installMesa = "`apt-get install libvulkan1 mesa-vulkan-drivers`";

function howToFix(machine: Machine): string {
  if (machine.hasNvidiaDevice()) {
    return `${howToFixNvidia(machine)} To compute on the CPU instead: ${installMesa}, and ask for it (--software).`;
  }
  if (machine.os === undefined) {
    return "this browser or runtime offers none. docs/browser.md says where there is one, and how to allow it.";
  }
  if (machine.os !== "linux") return "install or update the graphics driver.";
  if (machine.hasVulkanLoader() === false) {
    return `${loader} is missing. On Debian, ${installMesa} installs it and a software driver; a GPU also needs its own driver.`;
  }
  if (machine.hasVulkanDriver() === false) {
    return `no Vulkan driver is installed. On Debian, ${installMesa} installs drivers for AMD and Intel GPUs and a software driver.`;
  }
  return `${loader} or a working Vulkan driver is missing. On Debian, ${installMesa} installs both.`;
}

function howToFixNvidia(machine: Machine): string {
  return machine.hasVulkanLoader() === false
    ? `${loader} is missing. On Debian: \`apt-get install libvulkan1\`. If that is not enough: ${nvidiaLibrary}`
    : `the NVIDIA driver's Vulkan library is missing or does not work: ${nvidiaLibrary}`;
}

const nvidiaLibrary =
  "start the container with NVIDIA_DRIVER_CAPABILITIES=all (the capability `graphics` is needed), or install " +
  "libnvidia-gl or nvidia-vulkan-icd in the same version as the kernel's NVIDIA driver.";

/** The machine that this program runs on. */
const thisMachine: Machine = {
  os: operatingSystem,
  requestAdapter(options) {
    prepareGraphics();
    // `navigator.gpu` is absent where the runtime was built without it.
    return navigator.gpu?.requestAdapter(options) ?? Promise.resolve(null);
  },
  choose: chooseAdapter,
  hasVulkanLoader() {
    return anyExists(libraryFolders.map((folder) => `${folder}/libvulkan.so.1`));
  },
  hasVulkanDriver() {
    const named = namedDrivers();
    if (named !== undefined) return anyExists(named);
    return anyExists(vulkanFolders().map((folder) => `${folder}/icd.d`), hasEntries);
  },
  hasNvidiaDevice() {
    return anyExists(["/proc/driver/nvidia", "/dev/nvidia0"]);
  },
};

/** The folders in which Debian and its derivatives, Fedora and Arch keep shared libraries. */
const libraryFolders = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/lib64",
  "/usr/lib",
  "/usr/local/lib",
];

/** `true` if any of the paths exists, `false` if none does, `undefined` if none was found but some could not be read. */
function anyExists(paths: string[], exists: (path: string) => boolean = isThere): boolean | undefined {
  let unsure = false;
  for (const path of paths) {
    if (!isPermitted({ name: "read", path })) {
      unsure = true;
      continue;
    }
    try {
      if (exists(path)) return true;
    } catch (error) {
      // For paths below /proc and /dev the runtime requires all permissions, even where the query says "granted".
      if (!(error instanceof Deno.errors.NotFound)) unsure = true;
    }
  }
  return unsure ? undefined : false;
}

function isThere(path: string): boolean {
  return Boolean(Deno.statSync(path));
}

function hasEntries(folder: string): boolean {
  return [...Deno.readDirSync(folder)].length > 0;
}
