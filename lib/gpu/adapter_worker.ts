/**
 * The worker that `listAdapters` starts for each driver: tells which adapters WebGPU finds.
 *
 * @module
 */
import { describeAdapter } from "./adapter_description.ts";
import type { ListedAdapter } from "./adapter_list.ts";
import { prepareGraphics } from "./env.ts";

/** Each may find another adapter. */
const REQUESTS: readonly GPURequestAdapterOptions[] = [
  { powerPreference: "high-performance" },
  { powerPreference: "low-power" },
  {},
  { forceFallbackAdapter: true },
];

async function adapters(): Promise<ListedAdapter[]> {
  prepareGraphics();
  const found = new Map<string, ListedAdapter>();
  for (const request of REQUESTS) {
    const adapter = await navigator.gpu?.requestAdapter(request);
    if (!adapter) continue;
    const description = describeAdapter(adapter);
    const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
    const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = adapter.limits;
    // The object of WebGPU itself cannot be sent.
    const limits = {
      maxStorageBufferBindingSize,
      maxBufferSize,
      maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup,
    };
    const listed = { description, request, limits, features: [...adapter.features] };
    if (!found.has(description.name)) found.set(description.name, listed);
  }
  return [...found.values()];
}

(self as unknown as { postMessage(message: unknown): void }).postMessage(await adapters());
