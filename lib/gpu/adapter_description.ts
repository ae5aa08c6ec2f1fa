import { readEnv } from "./env.ts";

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

/** Describes an adapter by what it reports about itself. */
export function describeAdapter(adapter: GPUAdapter): AdapterDescription {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  // A browser only tells the vendor and the architecture.
  const name = description || device || `${vendor} ${architecture}`.trim() || "unnamed adapter";
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

function chosenBackend(): string | undefined {
  const backend = readEnv("DENO_WEBGPU_BACKEND");
  return backend && /^\w+$/.test(backend) ? backend : undefined;
}
