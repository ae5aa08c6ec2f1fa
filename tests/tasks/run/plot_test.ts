import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { loadEcharts } from "../../../tasks/run/echarts.ts";
import { convergenceSvg } from "../../../tasks/run/convergence_plot.ts";
import { linePlotSvg, type PlotSeries } from "../../../tasks/run/plot.ts";

/** Texts of an SVG, in the order drawn, raised parts after a `^`. */
function texts(svg: string): string[] {
  return Array.from(
    svg.matchAll(/<text[^>]*>(.*?)<\/text>/g),
    ([, text]) => text.replace(/<tspan[^>]*>(.*)<\/tspan>/, "^$1"),
  );
}

const plot = (series: PlotSeries[], more = {}) =>
  linePlotSvg({ title: "Loss", xLabel: "Step", yLabel: "Error (1)", series, ...more });

Deno.test("a plot has its title, its axes' names and ticks, and a legend for two lines but none for one", async () => {
  const a = { name: "adam", x: [0, 100, 200], y: [0.2, 0.01, 0.0002] };
  const one = texts(await plot([a], { yScale: "log" }));
  for (const text of ["Loss", "Step", "Error (1)", "0", "200", "10^−3", "10^0"]) assert(one.includes(text), text);
  assert(!one.includes("adam"));
  const two = texts(await plot([a, { ...a, name: "esgd" }]));
  assert(two.includes("adam") && two.includes("esgd"));
});

Deno.test("the same plot gives the same text, whatever was drawn before", async () => {
  const band = { low: [0.5, 1], high: [2, 3] };
  const draw = () => plot([{ name: "a", x: [1, 2], y: [1, 2], band }], { xScale: "log" });
  const first = await draw();
  await plot([{ name: "b", x: [1], y: [1] }]);
  assertEquals(await draw(), first);
  assertStringIncludes(first, 'width="640" height="400"');
});

Deno.test("points without a place on the axes are left out", async () => {
  const svg = await plot([{ name: "a", x: [0, 1, 2, NaN, 4], y: [1, NaN, 2, 3, Infinity] }]);
  assertEquals(svg, await plot([{ name: "a", x: [0, 2], y: [1, 2] }]));
  assert(!svg.includes("NaN") && !svg.includes("Infinity"));
  const log = await plot([{ name: "a", x: [0, 1, 2], y: [0, 1, 10] }], { yScale: "log" });
  assertEquals(log, await plot([{ name: "a", x: [1, 2], y: [1, 10] }], { yScale: "log" }));
});

Deno.test("a line of one point is drawn as a dot, and no points at all as empty axes", async () => {
  const empty = await plot([]);
  const dot = await plot([{ name: "a", x: [1], y: [1] }]);
  const filled = (svg: string) => svg.match(/fill="#0072b2"/g)?.length ?? 0;
  assertEquals([filled(empty), filled(dot)], [0, 1]);
});

Deno.test("a band is shaded in the colour of its line", async () => {
  const y = [1, 2];
  const svg = await plot([{ name: "a", x: [0, 1], y, band: { low: [0.5, 1], high: [2, 3] } }]);
  assert(/fill="#0072b2" fill-opacity="0.18"|opacity="0.18"/.test(svg));
});

Deno.test("text is escaped", async () => {
  const svg = await plot([], { title: 'a < b & "c"' });
  assertStringIncludes(svg, "a &lt; b &amp; ");
});

Deno.test("a long run gives a small file", async () => {
  const x = Array.from({ length: 200_000 }, (_, i) => i);
  const svg = await plot([{ name: "a", x, y: x.map((i) => Math.sin(i * i)) }]);
  assert(svg.length < 100_000, `${svg.length}`);
});

Deno.test("convergence has one panel against steps and one against seconds", async () => {
  const points = [1, 2, 3].map((i) => ({ step: 100 * i, seconds: 1.5 * i, value: 20 + i }));
  const found = texts(await convergenceSvg(points, "Convergence", { name: "PSNR", label: "PSNR (dB)" }));
  assertEquals(found.filter((text) => text === "PSNR (dB)").length, 2);
  for (const text of ["Convergence", "Step", "Time (s)"]) assertEquals(found.filter((t) => t === text).length, 1);
});

Deno.test("arrays of different lengths and sizes that are none are refused", async () => {
  await assertRejects(
    () => plot([{ name: "a", x: [1, 2], y: [1] }]),
    RangeError,
    'plot: series "a" has 2 values of x, but 1 of y.',
  );
  const band = { low: [1], high: [] };
  await assertRejects(() => plot([{ name: "a", x: [1], y: [1], band }]), RangeError, "but 0 of band.high.");
  await assertRejects(() => plot([], { width: 0 }), RangeError, "plot: size must be positive, found 0 × 400.");
});

Deno.test("without ECharts the error says what is missing", async () => {
  const missing = new URL("missing.js", import.meta.url).href;
  await assertRejects(() => loadEcharts(missing), Error, `plot: ${missing} cannot be loaded`);
});
