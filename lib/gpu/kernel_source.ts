import { specialise } from "./template.ts";

/** How a kernel reads its operands: straight from the buffer, or from a texture that mirrors it. */
export type OperandAccess = "buffer" | "texture";

/** A kernel's text and what it takes, as its `.wgsl` file declares. */
export interface KernelSource {
  /** For labels and messages: the file's name without folder and ending. */
  readonly name: string;
  /** The text, with declarations and `{{…}}` still in it. */
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
 * Expands a kernel file to WGSL. Besides `specialise`'s constructs a file declares what it takes, one a line; binding
 * numbers follow the order:
 *
 * - `uniform NAME: TYPE, …` in double braces: scalars, read as `u.NAME`;
 * - `read NAME`: a read-only array of vec4f, element i read as `NAME(i)`;
 * - `read NAME: array<TYPE>`: a read-only buffer of another type, read as `NAME[i]`;
 * - `update NAME`: an array of vec4f changed in place, entry by entry: read as `NAME_before(i)`, written as `NAME[i]`;
 * - `write NAME: array<TYPE>`: any other writable buffer.
 *
 * `read NAME` and `update NAME` hide where operands come from: some drivers read textures many times faster than
 * storage buffers (docs/kernels.md), so that with texture access the same text reads mirrors.
 */
export function expandKernel(
  source: KernelSource,
  values: Record<string, string | number>,
  access: OperandAccess,
): KernelInterface {
  const where = `${source.name}.wgsl`;
  const uniforms: { name: string; type: "u32" | "i32" | "f32" }[] = [];
  const bindings: Binding[] = [];
  let hasUniforms = false;
  const names = new Set<string>();
  const declare = (name: string): void => {
    if (names.has(name)) throw new Error(`${where}: ${name} is declared twice.`);
    names.add(name);
  };
  const bind = (name: string, kind: Binding["kind"]): string => {
    if (kind !== "before") declare(name);
    bindings.push({ name, kind });
    return `@group(0) @binding(${bindings.length - (hasUniforms ? 0 : 1)}) var`;
  };
  const mirror = (name: string, kind: "operand" | "before", accessor: string) =>
    `${bind(name, kind)} ${accessor}_mirror: texture_2d<f32>;\n` +
    `fn ${accessor}(i: u32) -> vec4f { return textureLoad(${accessor}_mirror, ` +
    `vec2u(i & ${MIRROR_WIDTH - 1}u, i / ${MIRROR_WIDTH}u), 0); }`;

  // Loops may declare resources, so they are expanded first; declarations are then the only double braces left.
  const protectedText = source.text.replace(
    /\{\{(uniform|read|update|write) ([^{}]*(?:\{\{\w+\}\}[^{}]*)*)\}\}/g,
    "⟦$1 $2⟧",
  );
  const declared = specialise(protectedText, values, where);
  hasUniforms = declared.includes("⟦uniform ");
  const text = declared.replace(/⟦(\w+) ([^⟧]*)⟧/g, (_, kind, rest) => {
    if (kind === "uniform") {
      if (uniforms.length > 0) throw new Error(`${where}: uniforms are declared twice.`);
      for (const field of (rest as string).split(",")) {
        const match = /^\s*(\w+): (u32|i32|f32)\s*$/.exec(field);
        if (!match) throw new Error(`${where}: cannot read uniform "${field.trim()}".`);
        declare(match[1]);
        uniforms.push({ name: match[1], type: match[2] as "u32" | "i32" | "f32" });
      }
      const members = uniforms.map(({ name, type }) => `${name}: ${type}`).join(", ");
      return `struct Uniforms { ${members} }\n@group(0) @binding(0) var<uniform> u: Uniforms;`;
    }
    const match = /^\s*(\w+)(?:: (.+))?$/.exec(rest.trim());
    if (!match) throw new Error(`${where}: cannot read "${kind} ${rest}".`);
    const [, name, type] = match;
    if (kind === "read" && type === undefined) {
      if (access === "texture") return mirror(name, "operand", name);
      return `${bind(name, "operand")}<storage, read> ${name}_buffer: array<vec4f>;\n` +
        `fn ${name}(i: u32) -> vec4f { return ${name}_buffer[i]; }`;
    }
    if (kind === "read") return `${bind(name, "read")}<storage, read> ${name}: ${type};`;
    if (kind === "update" && type === undefined) {
      const storage = `${bind(name, "update")}<storage, read_write> ${name}: array<vec4f>;\n`;
      if (access === "texture") return storage + mirror(name, "before", `${name}_before`);
      return storage + `fn ${name}_before(i: u32) -> vec4f { return ${name}[i]; }`;
    }
    if (kind === "write" && type !== undefined) return `${bind(name, "write")}<storage, read_write> ${name}: ${type};`;
    throw new Error(`${where}: cannot read "${kind} ${rest}".`);
  });
  return { uniforms, bindings, code: text };
}
