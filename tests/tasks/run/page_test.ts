import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { encodePng } from "../../../mod.ts";
import { drawChart } from "../../../tasks/run/chart/chart.js";
import { capitalLabel } from "../../../tasks/run/page/labels.js";
import type { RunPage } from "../../../tasks/run/page/model.ts";
import { runPageHtml } from "../../../tasks/run/page/run_page.ts";
import { settingsGroups } from "../../../tasks/run/page/settings.ts";
import type { RunStatus } from "../../../tasks/run/run_status.ts";
import { bytesText, numberText, valueText } from "../../../tasks/run/page/values.ts";

const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>&\u202e\u0007`;

/** A page on which every text comes from somebody who wants to run a script. */
const hostile: RunPage = {
  task: evil,
  name: evil,
  folder: `/runs/${evil}`,
  status: "diverged",
  reason: evil,
  subject: evil,
  made: new Date(0),
  step: 3,
  steps: 10,
  seconds: 1,
  quality: { figure: evil, name: evil, label: evil, digits: 2, unit: evil },
  records: [{ step: 1, seconds: 1, [evil]: 2, other: evil }, { step: 2, seconds: 2, [evil]: 3 }],
  config: { options: { [evil]: evil, list: [evil] }, scene: { [evil]: evil }, [evil]: { name: evil } },
  summary: { [evil]: evil, views: [{ name: evil, psnr: 3 }] },
  preview: {
    png: encodePng({ width: 6, height: 1, channels: 3, pixels: new Float32Array(18) }),
    titles: [evil, evil, evil],
    step: 2,
  },
  pictures: [],
  commands: [{ title: evil, command: evil }],
  files: [{ name: evil, bytes: 3 }, { name: "test", bytes: 4, count: 2 }],
};

Deno.test("nothing that a run's page shows becomes a part of its markup, and the page allows no script", () => {
  const html = runPageHtml(hostile);
  const tags = new Set(Array.from(html.matchAll(/<\/?([a-z]\w*)/gi), ([, tag]) => tag));
  for (const tag of ["script", "img"]) assert(!tags.has(tag), tag);
  for (const [tag] of html.matchAll(/<[^>]*>/g)) assert(!/\son/i.test(tag.replaceAll(/"[^"]*"/g, "")), tag);
  assertStringIncludes(html, "default-src 'none'");
  for (const character of "\u202e\u0007") assert(!html.includes(character));
  // No address but those within the page and its folder.
  for (const [, address] of html.matchAll(/(?:src|href)="([^"]*)"/g)) assertMatch(address, /^(data:image\/png|\.\/)/);
});

Deno.test("a page of ten thousand measurements is as small as its pictures and a few hundred points", () => {
  const records = Array.from({ length: 10_000 }, (_, i) => ({ step: i, seconds: i / 10, psnr: Math.sin(i) }));
  const quality = { figure: "psnr", name: "PSNR", label: "PSNR (dB)", digits: 2 };
  const html = runPageHtml({ ...hostile, records, quality, summary: undefined });
  assert(html.length < 100_000, `${html.length} characters`);
});

Deno.test("a page without measurements says whether there will be some, and figures of training samples have one name", () => {
  const none = (status: RunStatus) =>
    /<h2>Curves<\/h2>\n<p>(.*)<\/p>/.exec(runPageHtml({ ...hostile, records: [], status }))?.[1];
  assertEquals(none("running"), "Nothing has been measured yet.");
  assertEquals(none("diverged"), "Nothing was measured before the run diverged.");
  assertEquals(none("stopped"), "Nothing was measured before the run was stopped.");
  assertEquals(["loss", "trainLoss", "trainGain"].map(capitalLabel), [
    "Loss",
    "Loss on training samples",
    "Gain on training samples (dB)",
  ]);
});

Deno.test("a page loads itself again only while its run goes on", () => {
  const refresh = /<meta http-equiv="refresh" content="(\d+)">/;
  assertEquals(refresh.exec(runPageHtml({ ...hostile, status: "running", refresh: 4.2 }))?.[1], "5");
  assertEquals(refresh.exec(runPageHtml(hostile)), null);
});

Deno.test("a chart leaves out what its axes cannot show, and is drawn without any point", () => {
  const base = { width: 300, height: 200, xLabel: "Step", yLabel: "Loss", yScale: "log" as const };
  const points: [number, number][] = [[1, 0.1], [2, 0], [3, NaN], [4, 0.01]];
  const { svg, left, right, x } = drawChart({ ...base, lines: [{ name: "a", colour: 9, points }] });
  assertEquals([...svg.matchAll(/<circle/g)].length, 2);
  assertStringIncludes(svg, "stroke-dasharray");
  assertStringIncludes(svg, "a: 2 values, the last one 0.01");
  assertEquals([left > 0, right < 300, x.min, x.max], [true, true, 1, 4]);
  assertStringIncludes(drawChart({ ...base, lines: [] }).svg, "nothing yet");
  // A title that is too long for the chart is drawn closer together, so that none of it is cut off.
  assert(!svg.includes("textLength"));
  const long = drawChart({ ...base, width: 250, yLabel: "Gradient energy relative to the photographs", lines: [] }).svg;
  assert(Number(/textLength="([\d.]+)"/.exec(long)?.[1]) < 250, long);
});

Deno.test("numbers have five digits, grouped thousands and real minus signs", () => {
  assertEquals([1234567, 29.424999, -0.5, 1e-8, 2.5e-7, 0.001].map(numberText), [
    "1\u00a0234\u00a0567",
    "29.425",
    "−0.5",
    "10^−8",
    "2.5·10^−7",
    "0.001",
  ]);
  assertEquals([numberText(NaN), numberText(-Infinity), numberText(1e21)], ["NaN", "−∞", "10^21"]);
  assertEquals(valueText([0.9, 0.999]), "0.9, 0.999");
  assertEquals([12, 1500, 36_400, 4_120_000].map(bytesText), ["12 B", "1.5 kB", "36 kB", "4.1 MB"]);
});

Deno.test("settings with entries of their own are told in words, also where they are not as expected", () => {
  const inputs = { columns: 2, names: ["x", "y"], low: [0, 0.25], high: [1, 0.5] };
  const config = {
    restarts: [{ step: 8, scheduleSteps: 16 }, { step: 16, scheduleSteps: 24 }],
    rollbacks: [{ divergedAt: 9, learningRate: 0.05 }],
    ownFiles: [{ option: "activation", name: "finer", file: "/a/finer.ts", sha256: "f0" }],
    samples: { inputs, targets: { columns: 1, low: [-1], high: [2] } },
    mesh: { box: { low: [-1, -2], high: [1, 2] }, cleaning: { mixedParts: 0, turnedFaces: 3 } },
  };
  const told = (from: Record<string, unknown>) => Object.fromEntries(settingsGroups(from).flatMap(({ rows }) => rows));
  assertEquals(told(config), {
    restarts: "at step 8 the schedule begins again, until step 16; at step 16 the schedule begins again, until step 24",
    rollbacks: "diverged at step 9, learning rate 0.05 from there",
    "own files": "activation finer: /a/finer.ts (SHA-256 f0)",
    "samples inputs": "2 columns: x from 0 to 1, y from 0.25 to 0.5",
    "samples targets": "1 column: from −1 to 2",
    "mesh box": "low −1, −2; high 1, 2",
    "mesh cleaning": "mixed parts 0; turned faces 3",
  });
  const odd = { restarts: [{ step: "x" }, 3], rollbacks: {}, samples: { inputs: { low: { a: null } } } };
  assertEquals(told(odd), { restarts: "step x, 3", "samples inputs": "low a null" });
});
