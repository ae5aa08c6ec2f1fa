import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { Allowance, deadline } from "../../tasks/gpu_check/allowance.ts";
import { SECTIONS } from "../../tasks/gpu_check/sections.ts";
import { gapsOf } from "../../tasks/gpu_check/sections/gaps.ts";
import { torchSection } from "../../tasks/gpu_check/sections/torch.ts";
import { judged } from "../../tasks/gpu_check/sections/tuning.ts";
import { outcome, startTask } from "../support/process.ts";
import { taskFlags } from "../support/task_flags.ts";
import { inFolder } from "../support/temporary_folder.ts";

Deno.test("a short check goes through all sections, says what it left out, and that software is no GPU", () =>
  inFolder(async (folder) => {
    const run = () => outcome(startTask("gpu-check", ["--minutes", "0.1", "--name", "mine"], folder));
    const { code, stdout, stderr } = await run();
    assertEquals(code, 0, stderr);
    const path = join(folder, "runs", "gpu-check", "mine");
    const [page, text, json] = await Promise.all(
      ["report.html", "report.md", "figures.json"].map((name) => Deno.readTextFile(join(path, name))),
    );
    assertEquals([...Deno.readDirSync(path)].length, 3);
    const figures = JSON.parse(json);
    assertEquals(Object.keys(figures.sections), SECTIONS.map(({ key }) => key));
    for (const { key, title } of SECTIONS) {
      assertStringIncludes(page, `<h2>${title}</h2>`);
      assertStringIncludes(text, `## ${title}\n`);
      const { leftOut, problem } = figures.sections[key];
      assertEquals(problem, undefined, title);
      for (const what of leftOut) assertStringIncludes(text.replaceAll("\\", ""), what);
    }
    assert(figures.golden.families.length > 0);
    assertEquals(figures.versions.deno, Deno.version.deno);
    assert(figures.adapter.limits.maxBufferSize > 0);
    assert(figures.peak.gflops > 0);
    assertEquals(stdout.includes("This is not a GPU"), figures.adapter.used.software);
    const again = await run();
    assertEquals(again.code, 1);
    assertStringIncludes(again.stderr, `error: ${path}: expected a name that is not taken, found a folder`);
  }));

Deno.test("the help names the limit of time and the files", async () => {
  const { code, stdout } = await outcome(startTask("gpu-check", ["--help"], "."));
  assertEquals(code, 0);
  assertStringIncludes(stdout, "at most 8 minutes");
  assertStringIncludes(stdout, "--minutes");
});

Deno.test("the check may start what doctor starts and python3, and writes in runs and in the cache only", () => {
  const flags = taskFlags("gpu-check", { INIT_CWD: "/the caller", HOME: "/my home", XDG_CACHE_HOME: "/a cache" });
  assertEquals(flags.filter((flag) => /^--allow-(run|write|net|ffi|sys)/.test(flag)), [
    "--allow-write=/the caller/runs,/a cache/neural-fields,/my home/.cache/neural-fields",
    "--allow-sys=systemMemoryInfo",
    "--allow-run=nvidia-smi,dpkg-query,python3",
  ]);
});

Deno.test("sections share the time, and what one has left goes to those that follow", () => {
  assertEquals(deadline([1, 2, 1], 0, { now: 0, end: 400 }), 100);
  // The first one took 10 only.
  assertEquals(deadline([1, 2, 1], 1, { now: 10, end: 400 }), 270);
  assertEquals(deadline([1, 2, 1], 2, { now: 270, end: 400 }), 400);
  let now = 0;
  const allowance = new Allowance(10_000, () => now);
  assertEquals([allowance.left, allowance.fits(10), allowance.fits(11), allowance.isOver], [10, true, false, false]);
  assertEquals(allowance.part(0.25).left, 2.5);
  now = 12_000;
  assertEquals([allowance.left, allowance.isOver, allowance.part(0.5).left], [0, true, 0]);
});

Deno.test("a choice is wrong only if it was slower in every round by more than the noise", () => {
  const times = (a: number, b: number) => ({ median: (a + b) / 2, min: a, max: b, count: 3 });
  const judge = (chosen: string) =>
    judged({
      subject: "forward",
      chosen,
      flops: 0,
      times: { register: times(4, 5), tile: times(4.5, 6), wide: times(2, 3) },
    });
  assertEquals([judge("tile").fastest, judge("tile").wrong], ["wide", true]);
  assertEquals(judge("wide").wrong, false);
  const close = { register: times(4, 5), tile: times(4.9, 6) };
  assertEquals(judged({ subject: "forward", chosen: "tile", flops: 0, times: close }).wrong, false);
});

Deno.test("gaps are the time in which no submit runs, and those at looks count apart", () => {
  // Four submits of 10 ms with gaps of 1 ms, 5 ms at each look.
  const spans = [0, 11, 26, 37, 52, 63].map((begin) => ({ begin, end: begin + 10 }));
  const looks = [{ step: 20, submits: 2 }, { step: 40, submits: 4 }, { step: 60, submits: 6 }];
  const found = gapsOf(spans, looks);
  // From the end of the submit before the middle look to the last one's.
  assertEquals([found.steps, found.submits, found.looks, found.longest], [20, 2, 1, 5]);
  assertAlmostEquals(found.idle, 6 / 26, 1e-12);
  assertAlmostEquals(found.idleAtLooks, 5 / 26, 1e-12);
  assertAlmostEquals(found.stepsPerSecond, 20 / 0.026, 1e-9);
});

Deno.test("PyTorch's times are told as shares of ours, and a library that failed with its reason", () => {
  const summary = { median: 2, min: 2, max: 2, count: 3 };
  const libraries = [
    { name: "ours", loss: 1, step: summary, stepRatio: 1 },
    { name: "PyTorch graph f32", loss: 1, step: summary, stepRatio: 0.5 },
    { name: "PyTorch eager TF32", problem: "CUDA is out of memory" },
  ];
  const comparison = { batches: [{ batch: 512, libraries }], absent: [] };
  const { findings, tables } = torchSection.describe({ version: "PyTorch 2", comparison });
  assertEquals(findings, ["PyTorch at batch 512: PyTorch graph f32 50 % of our time, PyTorch eager TF32 failed."]);
  assertEquals(tables![0].rows[2][2], "CUDA is out of memory");
});
