import { snippets } from "./snippets.ts";
import { type Declaration, type KernelValues, specialise } from "./template.ts";

/** How a kernel reads its operands: straight from the buffer, or from a texture that mirrors it. */
export type OperandAccess = "buffer" | "texture";

/** A kernel's text and what it takes, as its `.wgsl` file declares. */
export interface KernelSource {
  /** The name of its file without folder and ending, for labels and messages. No two kernels have the same. */
  readonly name: string;
  /** The text of the file; see {@linkcode expandKernel} for its grammar. */
  readonly text: string;
}

/** One resource of a kernel, in binding order (binding 0 is the uniforms, where there are any). */
export interface Binding {
  /** As the kernel's text calls it. */
  readonly name: string;
  /**
   * `operand`: read-only array<vec4f>, may be read through a mirror; `read`: read-only storage; `write` and `update`:
   * read-write storage; `before`: the mirror of an `update` resource (only with texture access).
   */
  readonly kind: "operand" | "read" | "write" | "update" | "before";
}

/** What a kernel's declarations say. */
export interface KernelInterface {
  /** Scalars, in the order of the uniform structure. */
  readonly uniforms: readonly { readonly name: string; readonly type: "u32" | "i32" | "f32" }[];
  /** Resources, in binding order. */
  readonly bindings: readonly Binding[];
  /** Complete WGSL. */
  readonly code: string;
}

/** Width in texels of an operand's mirror; element i lies at (i mod 1024, i div 1024). */
export const MIRROR_WIDTH = 1024;

/**
 * Expands the text of a kernel to WGSL. The text is WGSL with tags in double braces: values, `{{if}}`, `{{for}}` and
 * `{{include}}` as `specialise` describes them, and declarations of what the kernel takes. Names of bindings and uniforms are what
 * `Gpu.dispatch` is called with; binding numbers follow the order of the declarations.
 *
 * - `{{uniform NAME: TYPE, …}}`, once: scalars (u32, i32 or f32), read as `u.NAME`.
 * - `{{read NAME}}`: a read-only array of vec4f, whose element i is read as `NAME(i)`.
 * - `{{read NAME: TYPE}}`: a read-only buffer of another type, for instance `array<u32>`, read as `NAME[i]`.
 * - `{{update NAME}}`: an array of vec4f that is changed in place, entry by entry: read as `NAME_before(i)`, written as `NAME[i]`.
 * - `{{write NAME: TYPE}}`: any other writable buffer.
 *
 * `{{read NAME}}` and `{{update NAME}}` hide where operands come from: some drivers read textures many times faster than
 * storage buffers (docs/kernels.md), so that with texture access the same text reads mirrors.
 *
 * Every kernel can include these snippets (`wgsl/gpu/snippet/`):
 *
 * - `each_entry`: the entry point of a kernel that treats all vec4s of its vectors alike; it calls the kernel's own
 *   `fn entry(i: u32)` for each i < `u.length`. For kernels that are dispatched by `linearGroups(length, 64)`.
 * - `invocation_index`: `invocation_index(id, groups, size)`, the number of an invocation where workgroups lie along x and y.
 * - `lane_sum`: `lane_sum(lane, own)`, the sum over the 64 lanes of a workgroup, in a fixed order.
 * - `not_finite`: `not_finite(x)`, whether a vec4f holds an infinity or NaN.
 * - `decaying_exp`: `decaying_exp(x)`, e^x without denormal numbers; `reduced_angle`: `reduced(x)`, an argument for sin and cos.
 * - `threefry`: `threefry(key, counter)`, 64 random bits for each counter.
 * - `real_number`, `dual_number`: the type `Number`, plain or with its tangent, and what is needed to calculate with it.
 *
 * @example An optimizer's step, complete
 * ```wgsl
 * // Gradient descent:  θ ← θ − η g.  parameters, gradient: [length] vec4s.
 * {{uniform length: u32, learning_rate: f32}}
 * {{update parameters}}
 * {{read gradient}}
 * {{include each_entry}}
 *
 * fn entry(i: u32) {
 *   parameters[i] = parameters_before(i) - u.learning_rate * gradient(i);
 * }
 * ```
 *
 * @param values What the names in the text stand for.
 * @throws When a tag cannot be read, with the kernel's file name and what was found.
 */
export function expandKernel(source: KernelSource, values: KernelValues, access: OperandAccess): KernelInterface {
  const where = `${source.name}.wgsl`;
  const pieces = specialise(source.text, values, where, snippets);
  const hasUniforms = pieces.some((piece) => typeof piece !== "string" && piece.keyword === "uniform");
  const declarations = new Declarations(where, access, hasUniforms);
  const code = pieces.map((piece) => typeof piece === "string" ? piece : declarations.declare(piece)).join("");
  return { uniforms: declarations.uniforms, bindings: declarations.bindings, code };
}

/** What the declarations of one kernel have added up to so far. */
class Declarations {
  readonly uniforms: { name: string; type: "u32" | "i32" | "f32" }[] = [];
  readonly bindings: Binding[] = [];
  readonly #names = new Set<string>();

  constructor(readonly where: string, readonly access: OperandAccess, readonly hasUniforms: boolean) {}

  /** The WGSL that a declaration stands for. */
  declare({ keyword, content }: Declaration): string {
    if (keyword === "uniform") return this.#declareUniforms(content);
    const [, name, type] = /^\s*(\w+)(?:: (.+))?$/.exec(content.trim()) ?? [];
    if (name !== undefined) {
      if (keyword === "read") return type === undefined ? this.#operand(name) : this.#storage(name, "read", type);
      if (keyword === "update" && type === undefined) return this.#updated(name);
      if (keyword === "write" && type !== undefined) return this.#storage(name, "write", type);
    }
    throw new Error(`${this.where}: cannot read "${keyword} ${content}".`);
  }

  #declareUniforms(content: string): string {
    if (this.uniforms.length > 0) throw new Error(`${this.where}: uniforms are declared twice.`);
    for (const field of content.split(",")) {
      const match = /^\s*(\w+): (u32|i32|f32)\s*$/.exec(field);
      if (!match) throw new Error(`${this.where}: cannot read uniform "${field.trim()}".`);
      this.#reserve(match[1]);
      this.uniforms.push({ name: match[1], type: match[2] as "u32" | "i32" | "f32" });
    }
    const members = this.uniforms.map(({ name, type }) => `${name}: ${type}`).join(", ");
    return `struct Uniforms { ${members} }\n@group(0) @binding(0) var<uniform> u: Uniforms;`;
  }

  #operand(name: string): string {
    if (this.access === "texture") {
      this.#reserve(name);
      return this.#mirror(name, "operand", name);
    }
    return `${this.#storage(name, "operand", "array<vec4f>", `${name}_buffer`)}\n` +
      `fn ${name}(i: u32) -> vec4f { return ${name}_buffer[i]; }`;
  }

  #updated(name: string): string {
    const storage = `${this.#storage(name, "update", "array<vec4f>")}\n`;
    if (this.access === "texture") return storage + this.#mirror(name, "before", `${name}_before`);
    return `${storage}fn ${name}_before(i: u32) -> vec4f { return ${name}[i]; }`;
  }

  #storage(name: string, kind: Exclude<Binding["kind"], "before">, type: string, variable = name): string {
    this.#reserve(name);
    const mode = kind === "write" || kind === "update" ? "read_write" : "read";
    return `${this.#bind(name, kind)}<storage, ${mode}> ${variable}: ${type};`;
  }

  #mirror(name: string, kind: "operand" | "before", accessor: string): string {
    return `${this.#bind(name, kind)} ${accessor}_mirror: texture_2d<f32>;\n` +
      `fn ${accessor}(i: u32) -> vec4f { return textureLoad(${accessor}_mirror, ` +
      `vec2u(i & ${MIRROR_WIDTH - 1}u, i / ${MIRROR_WIDTH}u), 0); }`;
  }

  #bind(name: string, kind: Binding["kind"]): string {
    this.bindings.push({ name, kind });
    return `@group(0) @binding(${this.bindings.length - (this.hasUniforms ? 0 : 1)}) var`;
  }

  #reserve(name: string): void {
    if (this.#names.has(name)) throw new Error(`${this.where}: ${name} is declared twice.`);
    this.#names.add(name);
  }
}
