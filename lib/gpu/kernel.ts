import { isMirrored, isWritten } from "./binding.ts";
import { kernelError, type KernelPart } from "./kernel_error.ts";
import type { KernelValues } from "./template.ts";
import { expandKernel, type KernelInterface, type KernelSource, placesOf } from "./kernel_source.ts";
import { MIRROR_FORMATS, type OperandAccess } from "./operand_access.ts";

/** What tells a kernel from others of the same source. */
export interface KernelOptions {
  /** What is filled in. */
  readonly values: KernelValues;
  /** How operands are read. */
  readonly access: OperandAccess;
  /** What the values fill in, for error messages, such as "the activation tanh". */
  readonly part?: string | KernelPart;
  /** The resources that hold halves, of those that need another declaration then; none by default. */
  readonly halves?: readonly string[];
}

let nextId = 0;

/** A compiled kernel: its pipeline, its bind-group layout and its interface. `Gpu.kernel` creates it. */
export class Kernel {
  /** Unique in this process. */
  readonly id: number = nextId++;
  /** The kernel's name, for labels, profiles and messages. */
  readonly name: string;
  /** The kernel's uniforms and bindings, as its text declares them. */
  readonly declared: KernelInterface;
  /** Whether the kernel reads its operands from mirror textures instead of buffers. */
  readonly mirrors: boolean;
  /** The compiled pipeline. */
  readonly pipeline: GPUComputePipeline;
  /** The layout of the kernel's only bind group. */
  readonly layout: GPUBindGroupLayout;
  /** The same kernel for other resources, by what tells them apart (see `KernelStore.suited`). */
  readonly variants: Map<string, Kernel> = new Map();

  /** The error with which compilation failed; undefined as long as none is known, because the device reports it later. */
  #failure: Error | undefined;

  /** Compiles the kernel. */
  constructor(device: GPUDevice, readonly source: KernelSource, readonly options: KernelOptions) {
    const { values, access, part, halves } = options;
    this.name = source.name;
    this.mirrors = access === "texture";
    this.declared = expandKernel(source, values, access, halves);
    const { bindings, uniforms, code } = this.declared;
    const visibility = GPUShaderStage.COMPUTE;
    const first = uniforms.length > 0 ? 1 : 0;
    const entries: GPUBindGroupLayoutEntry[] = bindings.map(({ name, kind }, i) => ({
      binding: i + first,
      visibility,
      ...(access === "texture" && isMirrored(kind)
        ? { storageTexture: { access: "read-only", format: MIRROR_FORMATS[halves?.includes(name) ? "f16" : "f32"] } }
        : { buffer: { type: isWritten(kind) ? "storage" : "read-only-storage" } }),
    }));
    if (first === 1) entries.unshift({ binding: 0, visibility, buffer: { type: "uniform", hasDynamicOffset: true } });
    device.pushErrorScope("validation");
    this.layout = device.createBindGroupLayout({ label: source.name, entries });
    this.pipeline = device.createComputePipeline({
      label: source.name,
      layout: device.createPipelineLayout({ label: source.name, bindGroupLayouts: [this.layout] }),
      compute: { module: device.createShaderModule({ label: source.name, code }) },
    });
    device.popErrorScope().then((error) => {
      if (error === null) return;
      const places = placesOf(source, values, access, halves);
      this.#failure = kernelError({ name: source.name, part, places, code }, error);
    }, () => {});
  }

  /** The error with which compilation failed, if it did and the device has said so. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Throws the error with which compilation failed, if it did and the device has said so. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
