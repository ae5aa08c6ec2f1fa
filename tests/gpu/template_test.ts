import { assertEquals, assertThrows } from "@std/assert";
import { type KernelValues, specialise } from "../../lib/gpu/template.ts";

const snippets = { half: "0.5", twice: "{{include half}} + {{include half}}" };
const expand = (text: string, values: KernelValues) => specialise(text, values, "k.wgsl", snippets).pieces.join("");
const refused = (text: string, values: KernelValues, message: string) =>
  assertThrows(() => expand(text, values), Error, `k.wgsl${message.startsWith(",") ? "" : ": "}${message}`);

Deno.test("names are replaced by their values, as often as they occur, and nothing else is touched", () => {
  assertEquals(
    expand("{{a}}+{{ b }}*{{a}}; fn f() { { let c = a; } }", { a: 3, b: "x" }),
    "3+x*3; fn f() { { let c = a; } }",
  );
});

Deno.test("a value is inserted as it is: its own braces and dollar signs are not expanded", () => {
  assertEquals(expand("{{a}}", { a: "{{b}} $& $1" }), "{{b}} $& $1");
});

Deno.test("a loop repeats its text for each index, bounds being numbers or names", () => {
  assertEquals(expand("{{for i in 0..3}}x{{i}},{{end}}", {}), "x0,x1,x2,");
  assertEquals(expand("{{for i in low..high}}x{{i}},{{end}}", { low: 2, high: 4 }), "x2,x3,");
  assertEquals(expand("a{{for i in 2..2}}never{{end}}b{{for i in 3..1}}never{{end}}c", {}), "abc");
});

Deno.test("loops nest, follow each other, and may be bounded by an outer index", () => {
  const text = "{{for r in 0..2}}{{for c in r..2}}{{r}}{{c}} {{end}}|{{end}}{{for r in 0..1}}.{{end}}";
  assertEquals(expand(text, {}), "00 01 |11 |.");
});

Deno.test("an index hides a value of the same name inside its loop only", () => {
  assertEquals(expand("{{i}}{{for i in 0..2}}{{i}}{{end}}{{i}}", { i: "v" }), "v01v");
  refused("{{for i in 0..2}}{{i}}{{end}}{{i}}", {}, "{{i}} has no value.");
});

Deno.test("a choice keeps the text that its boolean says, and an index or a word can be compared", () => {
  const text = "a{{if x}}b{{else}}c{{end}}d{{if y}}e{{end}}f";
  assertEquals(expand(text, { x: true, y: false }), "abdf");
  assertEquals(expand(text, { x: false, y: true }), "acdef");
  assertEquals(expand("{{if x}}{{if y}}1{{else}}2{{end}}{{else}}3{{end}}", { x: true, y: false }), "2");
  assertEquals(expand("{{for t in 0..3}}{{t}}{{if t == 0}} first{{end}},{{end}}", {}), "0 first,1,2,");
  assertEquals(expand("{{if kind == mean}}m{{else}}other{{end}}", { kind: "mean" }), "m");
});

Deno.test("a choice needs a boolean, which no other tag reads", () => {
  for (const x of [0, 1, "true"]) refused("{{if x}}{{end}}", { x }, `{{if x}} needs a boolean, ${x} found.`);
  refused("{{x}}", { x: true }, "{{x}} is a boolean, which only {{if x}} reads.");
  refused("{{for i in 0..x}}{{end}}", { x: true }, "loop bound x is not a whole number.");
  refused("{{if x}}{{end}}", {}, "{{x}} has no value.");
});

Deno.test("a text that is left out needs no values, but what it mentions counts as used", () => {
  assertEquals(expand("{{if x}}{{a}}{{end}}.", { x: false }), ".");
  assertEquals(expand("{{if x}}{{a}}{{include t}}{{end}}.", { x: false, a: 1, t: "" }), ".");
});

Deno.test("an included text is expanded where it stands: a value every time, a shared snippet once", () => {
  assertEquals(expand("{{include t}};{{include t}}", { t: "{{a}}", a: 7 }), "7;7");
  assertEquals(expand("{{for i in 0..2}}{{include t}}{{end}}", { t: "<{{i}}>" }), "<0><1>");
  assertEquals(expand("{{include twice}};{{include half}}", {}), "0.5 + ;");
  assertEquals(expand("{{include half}}", { half: "mine" }), "mine");
});

Deno.test("an included text that is unknown, no text, or wrong itself is refused", () => {
  refused(
    "{{include none}}",
    {},
    "{{include none}} has no value, and no shared snippet has that name (there are: half, twice).",
  );
  refused("{{include t}}", { t: 1 }, "{{include t}} needs a text, 1 found.");
  refused("{{include t}}", { t: "{{b}}" }, ", in {{include t}}: {{b}} has no value.");
  refused("{{include t}}", { t: "{{if a}}" }, ", in {{include t}}: {{if a}} has no {{end}}.");
  refused("{{include t}}", { t: "{{include t}}" }, ", in {{include t}}: {{include t}} includes itself.");
  refused("{{include t}}{{b}}", { t: "" }, "{{b}} has no value.");
});

Deno.test("an unknown name, also one that every object inherits, is refused", () => {
  refused("{{a}}", {}, "{{a}} has no value.");
  refused("{{toString}}", {}, "{{toString}} has no value.");
  refused("{{for i in 0..n}}{{end}}", {}, "{{n}} has no value.");
});

Deno.test("a value that the template never reads is refused", () => {
  refused("{{a}}", { a: 1, b: 2, c: 3 }, "the template has no {{b}}, {{c}}.");
});

Deno.test("bounds that are not whole numbers are refused", () => {
  for (const n of [1.5, NaN, "x"]) refused("{{for i in 0..n}}{{end}}", { n }, "loop bound n is not a whole number.");
});

Deno.test("loops that do not match are refused", () => {
  refused("{{for i in 0..2}}{{for j in 0..2}}{{end}}", {}, "{{for i in 0..2}} has no {{end}}.");
  refused("a{{end}}", {}, "cannot read {{end}}.");
  refused("{{for i in 0..2}}{{else}}{{end}}", {}, "{{else}} where {{end}} of {{for i in 0..2}} was expected.");
});

Deno.test("choices that do not match are refused", () => {
  refused("{{if a}}b", { a: true }, "{{if a}} has no {{end}}.");
  refused("{{if a}}b{{else}}c", { a: true }, "{{if a}} has no {{end}}.");
  refused("{{if a}}{{else}}{{else}}{{end}}", { a: true }, "{{else}} where {{end}} of {{if a}} was expected.");
  refused("{{else}}", {}, "cannot read {{else}}.");
});

Deno.test("whatever else stands in double braces is refused", () => {
  refused("{{a + 1}}", { a: 1 }, "cannot read {{a + 1}}.");
  refused("{{for i in 0..}}{{end}}", {}, "cannot read {{for i in 0..}}.");
  refused("{{}}", {}, "cannot read {{}}.");
  refused("{{if}}", {}, "cannot read {{if}}.");
  refused("{{if a = b}}{{end}}", { a: 1 }, "cannot read {{if a = b}}.");
  refused("{{include a b}}", {}, "cannot read {{include a b}}.");
  refused("x {{a\nb", { a: 1 }, "cannot read {{a.");
});
