import { isMirrored } from "./binding.ts";
import { asSlice, type BufferLike } from "./buffer.ts";
import { Kernel, type KernelOptions } from "./kernel.ts";
import type { KernelSource } from "./kernel_source.ts";
import { longestMirror } from "./operand_access.ts";

/** The kernels of a device, each compiled once and kept. */
export class KernelStore {
  /** By text, then by what is filled in. */
  readonly #kernels = new Map<string, Map<string, Kernel>>();
  /** The texts that values of kernels are, each with its number. */
  readonly #texts = new Map<string, number>();
  /** In vec4s. */
  readonly #longestMirror: number;

  /** @param beforeCompiling Called before a kernel is compiled; what it throws goes to whoever asked for the kernel. */
  constructor(readonly device: GPUDevice, readonly beforeCompiling: () => void) {
    this.#longestMirror = longestMirror(device.limits);
  }

  /** The kernel of a source with its values filled in. */
  get(source: KernelSource, options: KernelOptions): Kernel {
    let kernels = this.#kernels.get(source.text);
    if (kernels === undefined) this.#kernels.set(source.text, kernels = new Map());
    const key = this.#keyOf(source.name, options);
    let kernel = kernels.get(key);
    if (kernel === undefined) {
      this.beforeCompiling();
      kernels.set(key, kernel = new Kernel(this.device, source, options));
    }
    return kernel;
  }

  /**
   * The kernel itself, or its variant for resources of which some hold halves, or are too long for mirrors and so read from buffers.
   *
   * @throws If a resource holds halves and the kernel's text reads or writes it as a buffer of another type.
   */
  suited(kernel: Kernel, resources: Readonly<Record<string, BufferLike>>): Kernel {
    let halves: string[] | undefined;
    let { access } = kernel.options;
    for (const { name, kind, halves: mayBeHalves } of kernel.declared.bindings) {
      const resource = resources[name];
      if (resource === undefined) continue;
      const { buffer, size } = asSlice(resource);
      if (isMirrored(kind) && size > this.#longestMirror * buffer.texelBytes) {
        access = "buffer";
      }
      if (buffer.format === "f32") continue;
      if (!mayBeHalves) {
        throw new Error(
          `kernel ${kernel.name}: expected a buffer of single precision for ${name}, found one of half precision.`,
        );
      }
      (halves ??= []).push(name);
    }
    if (halves === undefined && access === kernel.options.access) return kernel;
    const key = `${access} ${halves?.join() ?? ""}`;
    let variant = kernel.variants.get(key);
    if (variant === undefined) {
      this.beforeCompiling();
      kernel.variants.set(key, variant = new Kernel(this.device, kernel.source, { ...kernel.options, access, halves }));
    }
    return variant;
  }

  /** Forgets all kernels. */
  clear(): void {
    this.#kernels.clear();
  }

  /** What tells a kernel from others with the same text. Long texts stand in it by their numbers: it is made for every dispatch. */
  #keyOf(name: string, { values, access }: KernelOptions): string {
    let key = `${name} ${access}`;
    for (const each in values) {
      const value = values[each];
      key += typeof value === "string" ? ` ${each}=#${this.#numberOf(value)}` : ` ${each}=${value}`;
    }
    return key;
  }

  #numberOf(text: string): number {
    let number = this.#texts.get(text);
    if (number === undefined) this.#texts.set(text, number = this.#texts.size);
    return number;
  }
}
