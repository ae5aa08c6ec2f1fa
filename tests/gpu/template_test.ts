import { assertEquals, assertThrows } from "@std/assert";
import { specialise } from "../../lib/gpu/template.ts";

const refused = (text: string, values: Record<string, string | number>, message: string) =>
  assertThrows(() => specialise(text, values, "k.wgsl"), Error, `k.wgsl: ${message}`);

Deno.test("names are replaced by their values, as often as they occur, and nothing else is touched", () => {
  assertEquals(
    specialise("{{a}}+{{ b }}*{{a}}; fn f() { { let c = a; } }", { a: 3, b: "x" }),
    "3+x*3; fn f() { { let c = a; } }",
  );
});

Deno.test("a value is inserted as it is: its own braces and dollar signs are not expanded", () => {
  assertEquals(specialise("{{a}}", { a: "{{b}} $& $1" }), "{{b}} $& $1");
});

Deno.test("a loop repeats its text for each index, bounds being numbers or names", () => {
  assertEquals(specialise("{{for i in 0..3}}x{{i}},{{end}}", {}), "x0,x1,x2,");
  assertEquals(specialise("{{for i in low..high}}x{{i}},{{end}}", { low: 2, high: 4 }), "x2,x3,");
  assertEquals(specialise("a{{for i in 2..2}}never{{end}}b{{for i in 3..1}}never{{end}}c", {}), "abc");
});

Deno.test("loops nest, follow each other, and may be bounded by an outer index", () => {
  const text = "{{for r in 0..2}}{{for c in r..2}}{{r}}{{c}} {{end}}|{{end}}{{for r in 0..1}}.{{end}}";
  assertEquals(specialise(text, {}), "00 01 |11 |.");
});

Deno.test("an index hides a value of the same name inside its loop only", () => {
  assertEquals(specialise("{{i}}{{for i in 0..2}}{{i}}{{end}}{{i}}", { i: "v" }), "v01v");
  refused("{{for i in 0..2}}{{i}}{{end}}{{i}}", {}, "{{i}} has no value.");
});

Deno.test("an unknown name, also one that every object inherits, is refused", () => {
  refused("{{a}}", {}, "{{a}} has no value.");
  refused("{{toString}}", {}, "{{toString}} has no value.");
  refused("{{for i in 0..n}}{{end}}", {}, "{{n}} has no value.");
});

Deno.test("a value that the template never reads is refused", () => {
  refused("{{a}}", { a: 1, b: 2, c: 3 }, "no {{b}}, {{c}} in the template.");
});

Deno.test("bounds that are not whole numbers are refused", () => {
  for (const n of [1.5, NaN, "x"]) refused("{{for i in 0..n}}{{end}}", { n }, "loop bound n is not a whole number.");
});

Deno.test("loops that do not match are refused", () => {
  refused("{{for i in 0..2}}{{for j in 0..2}}{{end}}", {}, "{{for i in 0..2}} has no {{end}}.");
  refused("a{{end}}", {}, "cannot read {{end}}.");
});

Deno.test("whatever else stands in double braces is refused", () => {
  refused("{{a + 1}}", { a: 1 }, "cannot read {{a + 1}}.");
  refused("{{for i in 0..}}{{end}}", {}, "cannot read {{for i in 0..}}.");
  refused("{{}}", {}, "cannot read {{}}.");
  refused("x {{a\nb", { a: 1 }, "cannot read {{a.");
});
