import { assert, assertEquals } from "@std/assert";
import { linePlotSvg } from "../../../tasks/run/plot.ts";
import { htmlReport } from "../../../tasks/run/report/html.ts";

Deno.test("each plot of a report refers to its own parts, so that none is cut off at the edges of another", async () => {
  const series = [{ name: "a", x: [0, 1], y: [0, 1], band: { low: [0, 0], high: [1, 1] } }];
  const plots = await Promise.all(
    [640, 300].map((width) => linePlotSvg({ title: "Loss", xLabel: "Step", yLabel: "Loss", series, width })),
  );
  const html = htmlReport({ title: "Report", findings: [], sections: plots.map((plot) => ({ title: "Plot", plot })) });
  const ids = Array.from(html.matchAll(/ id="([^"]+)"/g), ([, id]) => id);
  assert(ids.length > 1);
  assertEquals(new Set(ids).size, ids.length);
  const sections = html.split("<section>").slice(1);
  for (const section of sections) {
    const references = Array.from(section.matchAll(/url\(#([^)]+)\)|href="#([^"]+)"/g), ([, url, href]) => url ?? href);
    assert(references.length > 0);
    for (const id of references) assert(section.includes(`id="${id}"`), id);
  }
});
