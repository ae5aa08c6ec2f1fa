import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { expandKernel } from "../../lib/gpu/kernel_source.ts";
import { type OperandAccess, operandAccesses } from "../../lib/gpu/operand_access.ts";
import type { KernelValues } from "../../lib/gpu/template.ts";

const expand = (text: string, values: KernelValues = {}, access: OperandAccess = "buffer") =>
  expandKernel({ name: "k", text }, values, access);
const kinds = (text: string, values: KernelValues, access: OperandAccess) =>
  expand(text, values, access).bindings.map(({ name, kind }) => `${kind} ${name}`);
const refused = (text: string, message: string) => assertThrows(() => expand(text), Error, `k.wgsl: ${message}`);

const everything = "{{uniform n: u32, shift: i32, x: f32}}\n{{read a}}\n{{read b: array<u32>}}\n{{update c}}\n" +
  "{{write d: array<atomic<u32>>}}\n";

Deno.test("declarations become bindings in their order, after the uniforms at 0", () => {
  const { uniforms, bindings, code } = expand(everything);
  assertEquals(uniforms, [{ name: "n", type: "u32" }, { name: "shift", type: "i32" }, { name: "x", type: "f32" }]);
  assertEquals(bindings.map(({ name, kind }) => [name, kind]), [
    ["a", "operand"],
    ["b", "read"],
    ["c", "update"],
    ["d", "write"],
  ]);
  assertStringIncludes(
    code,
    "struct Uniforms { n: u32, shift: i32, x: f32 }\n@group(0) @binding(0) var<uniform> u: Uniforms;",
  );
  assertStringIncludes(code, "@group(0) @binding(1) var<storage, read> a_buffer: array<vec4f>;");
  assertStringIncludes(code, "@group(0) @binding(2) var<storage, read> b: array<u32>;");
  assertStringIncludes(code, "@group(0) @binding(3) var<storage, read_write> c: array<vec4f>;");
  assertStringIncludes(code, "@group(0) @binding(4) var<storage, read_write> d: array<atomic<u32>>;");
});

Deno.test("with texture access operands and what updates read are mirrors, and only they", () => {
  assertEquals(kinds(everything, {}, "texture"), ["operand a", "read b", "update c", "before c", "write d"]);
  const { code } = expand(everything, {}, "texture");
  assertStringIncludes(code, "@group(0) @binding(1) var a_mirror: texture_storage_2d<rgba32float, read>;");
  assertStringIncludes(code, "@group(0) @binding(4) var c_before_mirror: texture_storage_2d<rgba32float, read>;");
  assertStringIncludes(code, "@group(0) @binding(5) var<storage, read_write> d: array<atomic<u32>>;");
});

Deno.test("mirrors are read only where a kernel may bind enough storage textures", () => {
  assertEquals(operandAccesses({ maxStorageTexturesPerShaderStage: 15 }), ["buffer"]);
  assertEquals(operandAccesses({ maxStorageTexturesPerShaderStage: 16 }), ["buffer", "texture"]);
});

Deno.test("resources that hold halves are declared as words, and their kernel has the functions that convert", () => {
  const text = "{{read a}}{{read b: f32}}{{read c: vec4f}}{{write d}}";
  const code = (halves: readonly string[], access: OperandAccess = "buffer") =>
    expandKernel({ name: "k", text }, {}, access, halves).code;
  for (const name of ["a_buffer: array<vec4f>", "b_buffer: array<f32>", "c_buffer: array<vec4f>", "d: array<vec4f>"]) {
    assertStringIncludes(code([]), name);
  }
  assertEquals(code([]).includes("to_halves"), false);
  const halves = code(["a", "b", "c", "d"]);
  for (const name of ["a_buffer: array<vec2u>", "b_buffer: array<u32>", "c_buffer: array<vec2u>", "d: array<vec2u>"]) {
    assertStringIncludes(halves, name);
  }
  assertEquals(halves.split("fn to_halves(").length, 2);
  assertStringIncludes(code(["a"], "texture"), "a_mirror: texture_storage_2d<rgba16float, read>");
  assertEquals(expand(text, {}, "texture").bindings.map(({ halves }) => halves), [true, true, true, true]);
});

Deno.test("without uniforms the first resource is at 0, also where a choice leaves them out", () => {
  assertStringIncludes(expand("{{read a: array<u32>}}").code, "@binding(0) var<storage, read> a:");
  const optional = "{{if n}}{{uniform x: f32}}{{end}}{{read a: array<u32>}}";
  assertStringIncludes(expand(optional, { n: false }).code, "@binding(0) var<storage, read> a:");
  assertStringIncludes(expand(optional, { n: true }).code, "@binding(1) var<storage, read> a:");
});

Deno.test("loops declare as many resources as they repeat", () => {
  const text = "{{for t in 0..terms}}{{read x{{t}}}}{{write y{{t}}: array<f32>}}{{end}}";
  assertEquals(kinds(text, { terms: 2 }, "buffer"), ["operand x0", "write y0", "operand x1", "write y1"]);
  assertEquals(kinds(text, { terms: 0 }, "buffer"), []);
});

Deno.test("a choice declares one resource or another, and an included text declares its own", () => {
  const text = "{{if keep}}{{update g}}{{else}}{{write g: array<vec4f>}}{{end}}{{include more}}";
  assertEquals(kinds(text, { keep: true, more: "{{read a}}" }, "buffer"), ["update g", "operand a"]);
  assertEquals(kinds(text, { keep: false, more: "" }, "buffer"), ["write g"]);
});

Deno.test("shared snippets can be included by every kernel, and stand once", () => {
  const { code } = expand("{{include each_entry}}{{include invocation_index}}fn entry(i: u32) {}");
  assertEquals(code.split("fn invocation_index(").length, 2);
});

Deno.test("a declaration that cannot be read is refused with the kernel's name", () => {
  refused("{{uniform n: f64}}", 'cannot read uniform "n: f64".');
  refused("{{uniform n}}", 'cannot read uniform "n".');
  refused("{{reed a}}", "cannot read {{reed a}}.");
  refused("{{read a b}}", 'cannot read "read a b".');
  refused("{{write a b}}", 'cannot read "write a b".');
  refused("{{update a: array<f32>}}", 'cannot read "update a: array<f32>".');
  refused("{{read a{{if b}}}}", "cannot read {{read a.");
  refused("{{read a: array<f32>", "cannot read {{read a: array<f32>.");
});

Deno.test("names are declared once", () => {
  refused("{{read a}}{{write a: array<f32>}}", "a is declared twice.");
  refused("{{uniform n: u32, n: f32}}", "n is declared twice.");
  refused("{{uniform n: u32}}{{uniform m: u32}}", "uniforms are declared twice.");
});
