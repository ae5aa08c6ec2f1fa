import { readEnv, setEnvIfUnset } from "./env.ts";

/** What is known of an adapter. WebGPU tells neither the driver nor its version. */
export interface AdapterDescription {
  /** As the driver names it, for example "NVIDIA H100 80GB HBM3" or "llvmpipe (LLVM 15.0.6, 256 bits)". */
  name: string;
  /** The vendor's name, or its number where that is not known. */
  vendor: string;
  /** Often empty. */
  architecture: string;
  /** Whether it computes on the CPU. */
  software: boolean;
  /** The graphics API below WebGPU, where it is certain. */
  backend?: string;
}

/** Which adapter is acceptable. */
export interface AdapterOptions {
  /** Whether the CPU will do. By default it does, unless the machine has an NVIDIA GPU. */
  allowSoftware?: boolean;
  /** "high-performance" by default: without a preference the first adapter listed may be the software one. */
  powerPreference?: GPUPowerPreference;
}

/** An adapter and what is known of it. */
export interface FoundAdapter {
  /** Can be asked for one device. */
  adapter: GPUAdapter;
  /** For messages and for the record of a run. */
  description: AdapterDescription;
}

/**
 * The parts of a machine that decide which adapter there is. Each probe answers `undefined` where it cannot tell, for
 * example for lack of permission.
 */
export interface Machine {
  /** Operating system, as in `Deno.build.os`. */
  os: string;
  /** Asks WebGPU. */
  requestAdapter(options: GPURequestAdapterOptions): Promise<GPUAdapter | null>;
  /** Whether the library that looks for Vulkan drivers is installed. */
  hasVulkanLoader(): boolean | undefined;
  /** Whether any Vulkan driver is registered with the loader. */
  hasVulkanDriver(): boolean | undefined;
  /** Whether the kernel shows an NVIDIA GPU. */
  hasNvidiaDevice(): boolean | undefined;
}

/**
 * The adapter to compute on. Throws an `Error` that says what is missing and how to mend it where there is none, or where
 * there is only a software adapter and `allowSoftware` does not accept it.
 *
 * @param machine Only for tests, which simulate other machines.
 */
export async function findAdapter(options: AdapterOptions = {}, machine: Machine = thisMachine): Promise<FoundAdapter> {
  const { allowSoftware, powerPreference = "high-performance" } = options;
  const adapter = await machine.requestAdapter({ powerPreference });
  if (!adapter) throw new Error(`No WebGPU adapter was found: ${howToMend(machine)}`);
  const description = describeAdapter(adapter);
  if (!description.software || allowSoftware === true) return { adapter, description };
  if (machine.hasNvidiaDevice()) {
    throw new Error(
      `This machine has an NVIDIA GPU, but only the software adapter "${description.name}" was found: ` +
        `${howToMendNvidia(machine)} To compute on the CPU all the same, ask for it (--software).`,
    );
  }
  if (allowSoftware === false) {
    throw new Error(
      `Only the software adapter "${description.name}" was found, and a GPU was asked for: ` +
        "install the GPU's Vulkan driver, or allow software.",
    );
  }
  return { adapter, description };
}

/** What an adapter says of itself. */
export function describeAdapter(adapter: GPUAdapter): AdapterDescription {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const name = description || device || "unnamed adapter";
  const software = isFallbackAdapter || /llvmpipe|lavapipe|softpipe|swiftshader|basic render/i.test(name);
  const backend = chosenBackend();
  return { name, vendor: vendors[vendor] ?? vendor, architecture, software, ...backend && { backend } };
}

/** PCI and Khronos numbers of vendors, in decimal, as the runtime gives them. */
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

function howToMend(machine: Machine): string {
  if (machine.hasNvidiaDevice()) {
    return `${howToMendNvidia(machine)} To compute on the CPU instead: ${installMesa}, and ask for it (--software).`;
  }
  if (machine.os !== "linux") return "install or update the graphics driver.";
  if (machine.hasVulkanLoader() === false) {
    return `${loader} is missing. On Debian, ${installMesa} adds it and a software driver; a GPU needs its own driver too.`;
  }
  if (machine.hasVulkanDriver() === false) {
    return `no Vulkan driver is installed. On Debian, ${installMesa} adds one for AMD and Intel GPUs and one in software.`;
  }
  return `${loader} or a Vulkan driver that works is missing. On Debian, ${installMesa} adds both.`;
}

function howToMendNvidia(machine: Machine): string {
  return machine.hasVulkanLoader() === false
    ? `${loader} is missing. On Debian: \`apt-get install libvulkan1\`. If that is not enough: ${nvidiaLibrary}`
    : `the NVIDIA driver's Vulkan library is missing or does not work: ${nvidiaLibrary}`;
}

const nvidiaLibrary =
  "start a container with NVIDIA_DRIVER_CAPABILITIES=all (`graphics` must be among them), or install " +
  "libnvidia-gl or nvidia-vulkan-icd in the version of the kernel's driver.";

/** The machine that this runs on. */
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

/** Where Debian, its relatives, Fedora and Arch keep shared libraries. */
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
 * What must be in the environment before the first adapter is asked for, unless the caller has set it:
 * XDG_RUNTIME_DIR, because without it Mesa prints an error line at each request that means nothing here;
 * DENO_WEBGPU_BACKEND, because Deno falls back to OpenGL where Vulkan is missing (seen with 2.9.6 and Mesa 22.3: other
 * limits, no 16-bit floats), while an error that says how to get Vulkan is of more use.
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

/** `true` as soon as one path exists, `false` if none does, `undefined` if none was seen but some could not be looked at. */
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
      // Below /proc and /dev the runtime wants every permission, whatever the query said.
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
