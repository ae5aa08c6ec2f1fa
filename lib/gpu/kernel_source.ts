import { type Binding, isWritten } from "./binding.ts";
import { snippets } from "./snippets.ts";
import { type Declaration, expandTemplate, type KernelValues, type Place } from "./template.ts";
import { MIRROR_FORMATS, MIRROR_WIDTH, type OperandAccess } from "./operand_access.ts";

/** A kernel's name and text. */
export interface KernelSource {
  /** The name of the kernel's file without folder and extension, for labels and messages. Each kernel's name is unique. */
  readonly name: string;
  /** The text of the file; see {@linkcode expandKernel} for its grammar. */
  readonly text: string;
}

/** A kernel's interface, as its text declares it, and its complete code. */
export interface KernelInterface {
  /** Scalars, in the order of the uniform structure. */
  readonly uniforms: readonly { readonly name: string; readonly type: "u32" | "i32" | "f32" }[];
  /** Resources in the order of their binding numbers. Binding 0 is the uniforms if the kernel has any. */
  readonly bindings: readonly Binding[];
  /** The kernel's complete WGSL code. */
  readonly code: string;
}

/**
 * Expands the text of a kernel to WGSL. The text is WGSL with tags in double braces: values, `{{if}}`, `{{for}}` and
 * `{{include}}`, which `expandTemplate` describes, and declarations of uniforms and buffers. `Gpu.dispatch` refers to uniforms
 * and buffers by the names declared here. Binding numbers follow the order of the declarations.
 *
 * - `{{uniform NAME: TYPE, …}}`, once: scalars (u32, i32 or f32), read as `u.NAME`.
 * - `{{read NAME}}`: a read-only array of vec4f, whose element i is read as `NAME(i)`.
 * - `{{read NAME: vec4f}}` and `{{read NAME: f32}}`: the same, or a read-only array of f32, never read from anywhere but the buffer.
 * - `{{read NAME: TYPE}}`: a read-only buffer of another type, for instance `array<u32>`, read as `NAME[i]`.
 * - `{{update NAME}}`: an array of vec4f that is changed in place, entry by entry; read as `NAME_before(i)` and written as
 *   `NAME[i]`.
 * - `{{write NAME}}`: an array of vec4f that is only written, as `write_NAME(i, entries)`.
 * - `{{write NAME: TYPE}}`: any other writable buffer.
 *
 * `{{read NAME}}` and `{{update NAME}}` hide where operands are read from. Some drivers read textures many times faster than
 * storage buffers (docs/kernels.md); with texture access the same text reads mirror textures. What is read or written through functions
 * (all but `update` and buffers of another type) may also be a buffer of halves.
 *
 * Every kernel can include these snippets (`wgsl/gpu/snippet/`):
 *
 * - `each_entry`: the entry point of a kernel that does the same for every vec4 of its vectors. It calls the kernel's own
 *   `fn entry(i: u32)` for each i < `u.length`. Such a kernel is dispatched with `linearGroups(length, 64)`.
 * - `each_preactivation`: the entry point of a kernel that goes over the preactivations of a layer and calls the
 *   kernel's own `fn entry(i: u32, first: u32, at: Preactivation)` for each vec4 of them.
 * - `each_square_entry`: the entry point of a kernel that does the same for every vec4 of square matrices (`Squares`). It calls the kernel's
 *   own `fn entry(at: SquareEntry)`.
 * - `halves`: `to_halves(v)` and `from_halves(words)`, a vec4f in half precision.
 * - `invocation_index`: `invocation_index(id, groups, size)`, the linear index of an invocation if the dispatch has
 *   workgroups along x and y.
 * - `lane_sum`: `lane_sum(lane, own)`, the sum over the first 64 lanes of a workgroup, in a fixed order.
 * - `not_finite`: `not_finite(x)`, whether a vec4f holds an infinity or NaN.
 * - `decaying_exp`: `decaying_exp(x)`, e^x for x ≤ 0, where results below 2⁻⁶⁴ become 0, which avoids slow denormal numbers.
 * - `sine`: `sine(x)`, `cosine(x)`, `sinpi(t)` = sin πt and `cospi(t)` of vec4fs, wrong by at most 3e−7 on every
 *   adapter (`sine` and `cosine` up to |x| = 3000).
 * - `reduced_angle`: `reduced(x)`, the angle x minus whole turns, for other functions of an angle.
 * - `permuted`: `permuted(x)`, the x-th of the samples 0 … count − 1 in an epoch's random order.
 * - `random_entries`: `random_entries(row, column, place)`, four random numbers of a matrix.
 * - `threefry`: `threefry(key, counter)`, 64 random bits for each counter.
 * - `real_number`, `dual_number`: the type `Number`, a plain number or one with its tangent, and functions to compute with it.
 *
 * @example The complete kernel of an optimizer's step
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
 * @param values The values of the names in the text.
 * @param halves The names of the resources that hold halves.
 * @throws If the text is none, or a tag cannot be parsed. The message names the kernel's file and the tag.
 */
export function expandKernel(
  source: KernelSource,
  values: KernelValues,
  access: OperandAccess,
  halves: readonly string[] = [],
): KernelInterface {
  const { texts, declarations } = expanded(source, values, access, halves);
  return { uniforms: declarations.uniforms, bindings: declarations.bindings, code: texts.join("") };
}

/** Where each line of a kernel's complete code comes from; undefined for empty ones. The arguments are those of {@linkcode expandKernel}. */
export function placesOf(...kernel: Parameters<typeof expandKernel>): (Place | undefined)[] {
  const { texts, pieces, places } = expanded(...kernel);
  const found: (Place | undefined)[] = [];
  let first = 0;
  for (const [i, text] of texts.entries()) {
    const lines = text.split("\n");
    const isText = typeof pieces[i] === "string";
    lines.forEach((line, k) => {
      // What a declaration is expanded to has lines of its own.
      if (line.trim() !== "") found[first + k] ??= { ...places[i], line: places[i].line + (isText ? k : 0) };
    });
    first += lines.length - 1;
  }
  return found;
}

/** The pieces of a kernel's code with their texts, and what they declare. */
function expanded(source: KernelSource, values: KernelValues, access: OperandAccess, halves: readonly string[] = []) {
  const where = `${source.name}.wgsl`;
  if (typeof source.text !== "string") throw new Error(`${where}: expected a text with WGSL, found ${source.text}.`);
  const text = halves.length === 0 ? source.text : `${source.text}{{include halves}}`;
  const { pieces, places } = expandTemplate(text, values, where, snippets);
  const hasUniforms = pieces.some((piece) => typeof piece !== "string" && piece.keyword === "uniform");
  const declarations = new Declarations(where, access, new Set(halves), hasUniforms);
  const texts = pieces.map((piece) => typeof piece === "string" ? piece : declarations.declare(piece));
  return { texts, pieces, places, declarations };
}

/** The declarations of one kernel that have been expanded so far. */
class Declarations {
  readonly uniforms: { name: string; type: "u32" | "i32" | "f32" }[] = [];
  readonly bindings: Binding[] = [];
  readonly #names = new Set<string>();

  constructor(
    readonly where: string,
    readonly access: OperandAccess,
    readonly halves: ReadonlySet<string>,
    readonly hasUniforms: boolean,
  ) {}

  /** Expands one declaration to WGSL. */
  declare({ keyword, content }: Declaration): string {
    if (keyword === "uniform") return this.#declareUniforms(content);
    const [, name, type] = /^\s*(\w+)(?:: (.+))?$/.exec(content.trim()) ?? [];
    if (name !== undefined) {
      if (keyword === "read") {
        if (type === undefined) return this.#operand(name);
        return type === "vec4f" || type === "f32"
          ? this.#numbers(name, "read", type)
          : this.#storage(name, "read", type);
      }
      if (keyword === "update" && type === undefined) return this.#updated(name);
      if (keyword === "write") return type === undefined ? this.#written(name) : this.#storage(name, "write", type);
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
    return this.#numbers(name, "operand", "vec4f");
  }

  /** Numbers that are read through a function, from a buffer. */
  #numbers(name: string, kind: "operand" | "read", type: "vec4f" | "f32"): string {
    const halves = this.halves.has(name);
    const stored = halves ? { vec4f: "vec2u", f32: "u32" }[type] : type;
    const entry = !halves
      ? `${name}_buffer[i]`
      : type === "vec4f"
      ? `from_halves(${name}_buffer[i])`
      : `unpack2x16float(${name}_buffer[i / 2u])[i % 2u]`;
    return `${this.#storage(name, kind, `array<${stored}>`, { variable: `${name}_buffer`, halves: true })}\n` +
      `fn ${name}(i: u32) -> ${type} { return ${entry}; }`;
  }

  /** Numbers that are written through a function. */
  #written(name: string): string {
    const [type, entries] = this.halves.has(name) ? ["vec2u", "to_halves(entries)"] : ["vec4f", "entries"];
    return `${this.#storage(name, "write", `array<${type}>`, { halves: true })}\n` +
      `fn write_${name}(i: u32, entries: vec4f) { ${name}[i] = ${entries}; }`;
  }

  #updated(name: string): string {
    const storage = `${this.#storage(name, "update", "array<vec4f>")}\n`;
    if (this.access === "texture") return storage + this.#mirror(name, "before", `${name}_before`);
    return `${storage}fn ${name}_before(i: u32) -> vec4f { return ${name}[i]; }`;
  }

  #storage(
    name: string,
    kind: Exclude<Binding["kind"], "before">,
    type: string,
    { variable = name, halves = false }: { variable?: string; halves?: boolean } = {},
  ): string {
    this.#reserve(name);
    const mode = isWritten(kind) ? "read_write" : "read";
    return `${this.#bind(name, kind, halves)}<storage, ${mode}> ${variable}: ${type};`;
  }

  #mirror(name: string, kind: "operand" | "before", accessor: string): string {
    const format = MIRROR_FORMATS[this.halves.has(name) ? "f16" : "f32"];
    return `${this.#bind(name, kind, kind === "operand")} ${accessor}_mirror: ` +
      `texture_storage_2d<${format}, read>;\n` +
      `fn ${accessor}(i: u32) -> vec4f { return textureLoad(${accessor}_mirror, ` +
      `vec2u(i & ${MIRROR_WIDTH - 1}u, i / ${MIRROR_WIDTH}u)); }`;
  }

  #bind(name: string, kind: Binding["kind"], halves: boolean): string {
    this.bindings.push({ name, kind, halves });
    return `@group(0) @binding(${this.bindings.length - (this.hasUniforms ? 0 : 1)}) var`;
  }

  #reserve(name: string): void {
    if (this.#names.has(name)) throw new Error(`${this.where}: ${name} is declared twice.`);
    this.#names.add(name);
  }
}
