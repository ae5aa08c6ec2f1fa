import { readEnv, setEnvIfUnset } from "./env.ts";

/** What is known about an adapter. WebGPU reports neither the driver nor its version. */
export interface AdapterDescription {
  /** The name that the driver gives, for example "NVIDIA H100 80GB HBM3" or "llvmpipe (LLVM 15.0.6, 256 bits)". */
  name: string;
  /** The vendor's name, or the vendor's number if the name is not known. */
  vendor: string;
  /** The GPU's architecture, for example "ampere". Many drivers leave it empty. */
  architecture: string;
  /** Whether this is a software adapter, which computes on the CPU. */
  software: boolean;
  /** The graphics API below WebGPU, for example "vulkan". It is absent if it is not known for certain. */
  backend?: string;
}

/** Which adapters are acceptable. */
export interface AdapterOptions {
  /**
   * Whether a software adapter, which computes on the CPU, is acceptable. By default it is, unless the machine has an
   * NVIDIA GPU.
   */
  allowSoftware?: boolean;
  /** The default is "high-performance", because without a preference WebGPU may choose the software adapter. */
  powerPreference?: GPUPowerPreference;
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
  /** The operating system, as in `Deno.build.os`. */
  os: string;
  /** Requests an adapter from WebGPU. The result is `null` if there is none. */
  requestAdapter(options: GPURequestAdapterOptions): Promise<GPUAdapter | null>;
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

/** Describes an adapter by what it reports about itself. */
export function describeAdapter(adapter: GPUAdapter): AdapterDescription {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const name = description || device || "unnamed adapter";
  const software = isFallbackAdapter || /llvmpipe|lavapipe|softpipe|swiftshader|basic render/i.test(name);
  const backend = chosenBackend();
  return { name, vendor: vendors[vendor] ?? vendor, architecture, software, ...backend && { backend } };
}

/** Names of vendors by their PCI or Khronos numbers, which the runtime reports in decimal. */
const vendors: Record<string, string | undefined> = {
  "4098": "AMD",
  "4203": "Apple",
  "4318": "NVIDIA",
  "5045": "ARM",
  "5140": "Microsoft",
  "20803": "Qualcomm",
  "32902": "Intel",
  "65541": "Mesa",
};

const loader = "the Vulkan loader (libvulkan.so.1)";
const installMesa = "`apt-get install libvulkan1 mesa-vulkan-drivers`";

function howToFix(machine: Machine): string {
  if (machine.hasNvidiaDevice()) {
    return `${howToFixNvidia(machine)} To compute on the CPU instead: ${installMesa}, and ask for it (--software).`;
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
  os: Deno.build.os,
  requestAdapter(options) {
    prepareEnvironment();
    // `navigator.gpu` is absent where the runtime was built without it.
    return navigator.gpu?.requestAdapter(options) ?? Promise.resolve(null);
  },
  hasVulkanLoader() {
    return anyExists(libraryFolders.map((folder) => `${folder}/libvulkan.so.1`));
  },
  hasVulkanDriver() {
    const named = readEnv("VK_DRIVER_FILES") ?? readEnv("VK_ICD_FILENAMES");
    if (named) return anyExists(named.split(":"));
    return anyExists(driverFolders().map((folder) => `${folder}/vulkan/icd.d`), hasEntries);
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

function driverFolders(): string[] {
  const home = readEnv("HOME");
  return [...home ? [`${home}/.local/share`] : [], "/etc", "/usr/share", "/usr/local/etc", "/usr/local/share"];
}

/**
 * Sets two environment variables before the first adapter is requested, unless the caller has set them.
 *
 * - XDG_RUNTIME_DIR: without it Mesa prints an irrelevant error line at each request.
 * - DENO_WEBGPU_BACKEND: without it Deno falls back to OpenGL where Vulkan is missing (seen with 2.9.6 and Mesa 22.3: other
 *   limits, no 16-bit floats). An error that says how to install Vulkan is more useful.
 */
function prepareEnvironment(): void {
  if (Deno.build.os !== "linux") return;
  setEnvIfUnset("XDG_RUNTIME_DIR", readEnv("TMPDIR") ?? "/tmp");
  setEnvIfUnset("DENO_WEBGPU_BACKEND", "vulkan");
}

function chosenBackend(): string | undefined {
  const backend = readEnv("DENO_WEBGPU_BACKEND");
  return backend && /^\w+$/.test(backend) ? backend : undefined;
}

/** `true` if any of the paths exists, `false` if none does, `undefined` if none was found but some could not be read. */
function anyExists(paths: string[], exists: (path: string) => boolean = isThere): boolean | undefined {
  let unsure = false;
  for (const path of paths) {
    if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") {
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
