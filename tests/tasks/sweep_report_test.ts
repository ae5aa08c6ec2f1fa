import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { rememberOwnFile } from "../../tasks/own/own_files.ts";
import { writeReport } from "../../tasks/sweep/report.ts";
import { SweepFolder } from "../../tasks/sweep/store.ts";
import { inFolder } from "../support/temporary_folder.ts";
import type { RunResult } from "../../tasks/sweep/conduct.ts";
import type { OptionValue } from "../../tasks/sweep/option_words.ts";
import { groupTable } from "../../tasks/sweep/report_tables.ts";
import { resultRows } from "../../tasks/sweep/results_table.ts";
import { runsNumbered, slurmRecord } from "../support/sweep_fakes.ts";

/** A run that has ended. */
function ended(number: number, state: "finished" | "diverged", choice: Record<string, OptionValue>): RunResult {
  const run = { ...runsNumbered(number).at(-1)!, choice };
  const options = { image: "/p.png", name: run.name, width: 8, optimizer: "adam", learningRate: 0.1, updateEvery: 10 };
  const summary = { status: state, steps: 5, seconds: 2, ...state === "finished" && { psnr: 20 + number } };
  const found = { path: "", task: "image", name: run.name, status: state, options, learningRate: 0.1 };
  return { run, state, found: { ...found, made: 5, steps: 5, summary, bytes: 0, date: new Date(0) } };
}

Deno.test("the table of a sweep's runs has one column for each option, with the values of all runs", () => {
  const [first, second] = resultRows("image", [
    ended(1, "finished", { "learning-rate": 0.01, optimizer: "adam" }),
    ended(2, "finished", { optimizer: "esgd", "update-every": 5 }),
  ]);
  const told = { task: "image", input: "default", reason: undefined, status: "finished", steps: 5, seconds: 2 };
  const other = { "option.width": 8 };
  assertEquals(first, {
    ...{ run: 1, name: "1-run", "learning-rate": 0.01, optimizer: "adam", "update-every": 10, psnr: 21 },
    ...told,
    ...other,
  });
  assertEquals(second, {
    ...{ run: 2, name: "2-run", "learning-rate": 0.1, optimizer: "esgd", "update-every": 5, psnr: 22 },
    ...told,
    ...other,
  });
  const [plain] = resultRows("image", [ended(1, "finished", {})]);
  assertEquals([plain.learningRate, plain["option.learningRate"], plain["option.optimizer"]], [0.1, undefined, "adam"]);
});

Deno.test("a combination of options of which some or all runs diverged says so in the report", () => {
  const finished = ended(1, "finished", {});
  const diverged = ended(2, "diverged", {});
  const groups = [
    { name: "wild", results: [diverged, diverged] },
    { name: "good", results: [finished] },
    { name: "risky", results: [diverged, ended(3, "finished", {})] },
  ];
  assertEquals(groupTable(groups).rows.map((row) => row.slice(0, 3)), [
    ["risky", "2", "23.00, 1 diverged"],
    ["good", "1", "21.00"],
    ["wild", "2", "diverged"],
  ]);
  assertEquals(groupTable(groups.slice(0, 1)), {
    columns: ["options", "runs", "quality", "steps", "training time (s)"],
    numbersFrom: 1,
    rows: [["wild", "2", "diverged", "5", "2.0"]],
    best: undefined,
  });
});

Deno.test("a sweep over objectives names the best run of each, and own files by their names", () =>
  inFolder(async (root) => {
    const file = join(root, "pseudo_huber.ts");
    rememberOwnFile({ option: "objective", name: "ownHuber", file, sha256: "0".repeat(64) });
    const fitted = (number: number, objective: string, figures: Record<string, number>, given = {}): RunResult => {
      const result = ended(number, "finished", { objective: objective === "ownHuber" ? file : objective, ...given });
      const { found } = result;
      const summary = { status: "finished", steps: 5, seconds: 2, ...figures };
      const options = { ...found!.options, objective, ...given };
      return { ...result, found: { ...found!, task: "fit", options, summary } };
    };
    const record = slurmRecord();
    const settings = { ...record.settings, task: "fit", grids: [{ objective: ["mse", "l1", file] }] };
    const results = [
      fitted(1, "meanSquaredError", { snr: 12 }),
      fitted(2, "meanAbsoluteError", { snr: 11, gain: 6 }),
      fitted(3, "huber", { snr: 11, gain: 7 }, { delta: 0.1 }),
      fitted(4, "huber", { snr: 11, gain: 8 }, { delta: 0.2 }),
      fitted(5, "ownHuber", { snr: 11, gain: 9 }),
      fitted(6, "ownHuber", { snr: 11, gain: 8.5 }, { width: 9 }),
    ];
    const folder = await SweepFolder.open(join(root, "sweep"));
    const found = await writeReport({ ...record, settings }, folder, results);
    const gain = "best gain over the best constant (dB) of";
    assertEquals(found.slice(0, -1), [
      "6 of 6 runs are finished.",
      "default: best SNR (dB): 12.00, by 1-run",
      `default: ${gain} meanAbsoluteError: 6.00, by 2-run`,
      `default: ${gain} huber, delta 0.1: 7.00, by 3-run`,
      `default: ${gain} huber, delta 0.2: 8.00, by 4-run`,
      `default: ${gain} ownHuber: 9.00, by 5-run`,
    ]);
    const page = await Deno.readTextFile(join(folder.path, "report.html"));
    assertStringIncludes(page, "objective ownHuber, width 9");
    assertStringIncludes(page, "SNR (dB): 12.00");
    // Runs of this task have no pictures.
    assert(!page.includes(file) && !page.includes("figcaption>"), page);
    assert(!(await Deno.readTextFile(join(folder.path, "results.csv"))).includes(file));
  }));
