import { findAdapter } from "../../lib/gpu/adapter.ts";
import type { AdapterDescription } from "../../lib/gpu/adapter_description.ts";
import { listAdapters, type ListedAdapter } from "../../lib/gpu/adapter_list.ts";
import { deviceChoice, type DeviceValues } from "../shell/device_options.ts";

/** The limits and features of an adapter that matter for training. Sizes are in bytes. */
interface Capabilities {
  bindingSize: number;
  bufferSize: number;
  workgroupMemory: number;
  workgroupInvocations: number;
  timestampQuery: boolean;
  shaderF16: boolean;
  /** The most rows of a batch whose activations of one layer with 256 units fit in one binding. */
  largestBatch: number;
}

/** An adapter with what fits on it. */
export type Listed = AdapterDescription & Capabilities;

/** What was found out about this machine. */
export interface Diagnosis {
  /** The adapter that training would use; undefined if there is none. */
  used?: Listed;
  /** Why there is none, and how to fix it. */
  problem?: string;
  adapters: Listed[];
  runtime: Record<"deno" | "v8" | "system", string>;
  /** The drivers with their versions, as far as they can be found. */
  drivers: string[];
  /** Memory in bytes; that of the GPU only if NVIDIA's tool nvidia-smi reports it. */
  memory: { total: number; available: number; gpu?: number };
}

/** Units of the layers that `largestBatch` is about. */
export const FIELD_WIDTH = 256;

function capabilities({ limits, features }: Pick<ListedAdapter, "limits" | "features">): Capabilities {
  return {
    bindingSize: limits.maxStorageBufferBindingSize,
    bufferSize: limits.maxBufferSize,
    workgroupMemory: limits.maxComputeWorkgroupStorageSize,
    workgroupInvocations: limits.maxComputeInvocationsPerWorkgroup,
    timestampQuery: features.includes("timestamp-query"),
    shaderF16: features.includes("shader-f16"),
    largestBatch: Math.floor(limits.maxStorageBufferBindingSize / (FIELD_WIDTH * Float32Array.BYTES_PER_ELEMENT)),
  };
}

/** Finds out which adapter would be used, and what this machine offers. It never throws. */
export async function diagnose(values: DeviceValues): Promise<Diagnosis> {
  let used: Listed | undefined, problem: string | undefined;
  const listed = await listAdapters();
  try {
    const { adapter, description } = await findAdapter(deviceChoice(values));
    used = { ...description, ...capabilities({ limits: adapter.limits, features: [...adapter.features] }) };
  } catch (error) {
    problem = (error as Error).message;
  }
  const nvidia = nvidiaDriver();
  const { total, available } = Deno.systemMemoryInfo();
  return {
    used,
    problem,
    adapters: listed.map((each) => ({ ...each.description, ...capabilities(each) })),
    runtime: { deno: Deno.version.deno, v8: Deno.version.v8, system: systemName() },
    drivers: [...nvidia ? [`NVIDIA ${nvidia.version}`] : [], ...mesaDriver()],
    memory: { total, available, ...nvidia?.memory && { gpu: nvidia.memory } },
  };
}

/** The output of a program of the system; empty if it is not installed or fails. */
function output(program: string, ...args: string[]): string {
  try {
    const { success, stdout } = new Deno.Command(program, { args, stderr: "null" }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : "";
  } catch {
    return "";
  }
}

function nvidiaDriver(): { version: string; memory: number } | undefined {
  const [line] = output("nvidia-smi", "--query-gpu=driver_version,memory.total", "--format=csv,noheader,nounits").split(
    "\n",
  );
  const [version, mebibytes] = line.split(", ");
  return mebibytes ? { version, memory: Number(mebibytes) * 2 ** 20 || 0 } : undefined;
}

function mesaDriver(): string[] {
  const version = output("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", "mesa-vulkan-drivers");
  return version.startsWith("installed ") ? [`Mesa ${version.slice("installed ".length)}`] : [];
}

function systemName(): string {
  const { os, arch } = Deno.build;
  try {
    const name = Deno.readTextFileSync("/etc/os-release").match(/^PRETTY_NAME="?([^"\n]*)/m)?.[1];
    return `${name ?? os}, ${arch}`;
  } catch {
    return `${os}, ${arch}`;
  }
}
