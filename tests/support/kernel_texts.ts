import { Gpu } from "../../lib/gpu/device.ts";
import type { OperandAccess } from "../../lib/gpu/operand_access.ts";

/** A kernel as a device is asked to compile it. */
export interface KernelText {
  readonly name: string;
  readonly code: string;
}

/** A device that computes nothing: it collects the kernels that it is asked to compile, and buffers read as zeros. */
export function collectingDevice(
  texts: Map<string, KernelText>,
  options: { readonly kernels?: string; readonly operands?: OperandAccess },
): Gpu {
  const adapter = { name: "collector", vendor: "", architecture: "", software: true };
  return new Gpu(fakeDevice(texts), adapter, options);
}

const LIMITS = {
  maxBufferSize: 2 ** 30,
  maxStorageBufferBindingSize: 2 ** 30,
  maxComputeWorkgroupStorageSize: 2 ** 15,
};

function fakeDevice(texts: Map<string, KernelText>): GPUDevice {
  const nothing = () => {};
  const soon = () => Promise.resolve(null);
  const pass = { setPipeline: nothing, setBindGroup: nothing, dispatchWorkgroups: nothing, end: nothing };
  const encoder = {
    beginComputePass: () => pass,
    copyBufferToBuffer: nothing,
    copyBufferToTexture: nothing,
    clearBuffer: nothing,
    finish: () => ({}),
  };
  const device = {
    limits: {
      ...LIMITS,
      maxComputeInvocationsPerWorkgroup: 256,
      maxStorageBuffersPerShaderStage: 16,
      maxStorageTexturesPerShaderStage: 16,
      maxTextureDimension2D: 8192,
    },
    features: new Set(),
    lost: new Promise(nothing),
    queue: { submit: nothing, writeBuffer: nothing, onSubmittedWorkDone: soon },
    addEventListener: nothing,
    removeEventListener: nothing,
    pushErrorScope: nothing,
    popErrorScope: soon,
    createBuffer: ({ label, size }: { label: string; size: number }) => ({
      destroy: nothing,
      mapAsync: soon,
      // Flags hold the first step at which something was not finite: none.
      getMappedRange: () => new Uint8Array(size).fill(label.startsWith("flags") ? 255 : 0).buffer,
      unmap: nothing,
    }),
    createTexture: () => ({ destroy: nothing, createView: () => ({}) }),
    createBindGroupLayout: () => ({}),
    createBindGroup: () => ({}),
    createPipelineLayout: () => ({}),
    createShaderModule({ label, code }: { label: string; code: string }) {
      texts.set(code, { name: label, code });
      return {};
    },
    createComputePipeline: () => ({}),
    createCommandEncoder: () => encoder,
    destroy: nothing,
  };
  return device as unknown as GPUDevice;
}
