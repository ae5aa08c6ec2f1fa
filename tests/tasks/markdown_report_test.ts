import { assertEquals } from "@std/assert";
import { markdownReport } from "../../tasks/run/report/markdown.ts";

Deno.test("a report in Markdown shows names and commands as they are", () => {
  const report = (title: string, cell: string, code: string) =>
    markdownReport({
      title,
      findings: ["# no heading", "1. no list", "a learning_rate of 1e-3 - as usual"],
      sections: [{ title: "Runs", tables: [{ columns: ["Name"], numbersFrom: 1, rows: [[cell]] }], code }],
    });
  assertEquals(
    report("![x](http://a) *b* `c` _d_ e_f\n# g", "a|b\\|c\nd", "run ``` `x`"),
    [
      "# !\\[x\\](http://a) \\*b\\* \\`c\\` \\_d\\_ e_f # g",
      "- \\# no heading\n- 1\\. no list\n- a learning_rate of 1e-3 - as usual",
      "## Runs",
      "| Name |\n| --- |\n| a\\|b\\\\\\|c d |",
      "````sh\nrun ``` `x`\n````\n",
    ].join("\n\n"),
  );
});
