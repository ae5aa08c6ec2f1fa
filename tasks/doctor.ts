/**
 * `deno task doctor`: shows which adapter a training run would use on this machine, what fits on it, and how to fix it if none is found.
 *
 * @module
 */
import { findAdapter } from "../lib/gpu/adapter.ts";
import type { AdapterDescription } from "../lib/gpu/adapter_description.ts";
import { listAdapters, type ListedAdapter } from "../lib/gpu/adapter_list.ts";
import { runTask } from "./shell/main.ts";
import { defineCommand } from "./shell/command.ts";
import { parseOptions } from "./shell/options.ts";
import { DEVICE_OPTIONS, deviceChoice, type DeviceValues } from "./shell/device_options.ts";

const command = defineCommand({
  usage: "deno task doctor",
  summary: "Shows which adapter (GPU or software) training would use on this machine, what fits on it, and what to " +
    "install if none is found. The exit code is 1 if nothing can be trained here.",
  options: [
    ...DEVICE_OPTIONS,
    { name: "json", kind: "flag", help: "Print the report as one JSON object" },
  ],
  examples: ["deno task doctor", "deno task doctor --json"],
});

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

type Listed = AdapterDescription & Capabilities;

interface Diagnosis {
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

const fieldWidth = 256;

function capabilities({ limits, features }: Pick<ListedAdapter, "limits" | "features">): Capabilities {
  return {
    bindingSize: limits.maxStorageBufferBindingSize,
    bufferSize: limits.maxBufferSize,
    workgroupMemory: limits.maxComputeWorkgroupStorageSize,
    workgroupInvocations: limits.maxComputeInvocationsPerWorkgroup,
    timestampQuery: features.includes("timestamp-query"),
    shaderF16: features.includes("shader-f16"),
    largestBatch: Math.floor(limits.maxStorageBufferBindingSize / (fieldWidth * Float32Array.BYTES_PER_ELEMENT)),
  };
}

async function diagnose(values: DeviceValues): Promise<Diagnosis> {
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

function bytes(count: number): string {
  for (const [size, unit] of [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]] as const) {
    if (count >= size) return `${Number((count / size).toFixed(1))} ${unit}`;
  }
  return `${count} bytes`;
}

function kind({ software, backend, vendor }: Listed): string {
  return [software ? "software, on the CPU" : `GPU of ${vendor || "an unknown vendor"}`, ...backend ? [backend] : []]
    .join(", ");
}

/** Formats the report: aligned rows, and at the end what can be trained or what to install. */
function report({ used, problem, adapters, runtime, drivers, memory }: Diagnosis): string {
  const rows: [string, string][] = adapters.map((adapter, i) => [
    `Adapter ${i}${adapter.name === used?.name ? " (used)" : ""}`,
    `${adapter.name} (${kind(adapter)})`,
  ]);
  if (adapters.length === 0) rows.push(["Adapter", "none"]);
  const shown = used ?? adapters[0];
  if (shown) {
    rows.push(
      ["Buffers", `up to ${bytes(shown.bufferSize)}; up to ${bytes(shown.bindingSize)} in one binding`],
      [
        "Workgroups",
        `up to ${shown.workgroupInvocations} invocations and ${bytes(shown.workgroupMemory)} of shared memory`,
      ],
      ["Features", `timestamp-query: ${yes(shown.timestampQuery)}, shader-f16: ${yes(shown.shaderF16)}`],
      [
        "Batch",
        `up to ${shown.largestBatch} rows in one chunk for layers of ${fieldWidth} units; larger batches are split`,
      ],
    );
  }
  const gpu = memory.gpu ? `, ${bytes(memory.gpu)} on the GPU` : "";
  rows.push(
    ["Memory", `${bytes(memory.total)}, of which ${bytes(memory.available)} are free${gpu}`],
    ["Drivers", drivers.join(", ") || "unknown"],
    ["Runtime", `Deno ${runtime.deno}, V8 ${runtime.v8}`],
    ["System", runtime.system],
  );
  const column = 2 + Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => name.padEnd(column) + value);
  return [...lines, "", problem ?? advice(used!)].join("\n");
}

function yes(available: boolean): string {
  return available ? "yes" : "no";
}

function advice({ software }: Listed): string {
  return software
    ? "All tasks can be trained here, but slowly on the CPU: there is no GPU, or its Vulkan driver is not installed."
    : "All tasks can be trained here.";
}

if (import.meta.main) {
  await runTask(async (args) => {
    const { values } = parseOptions(args, command);
    const diagnosis = await diagnose(values);
    console.log(values.json ? JSON.stringify(diagnosis, null, 2) : report(diagnosis));
    if (!diagnosis.used) Deno.exit(1);
  });
}
