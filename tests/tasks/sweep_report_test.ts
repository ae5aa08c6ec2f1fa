import { assertEquals } from "@std/assert";
import type { RunResult } from "../../tasks/sweep/conduct.ts";
import type { OptionValue } from "../../tasks/sweep/option_words.ts";
import { groupTable } from "../../tasks/sweep/report_tables.ts";
import { resultRows } from "../../tasks/sweep/results_table.ts";
import { runsNumbered } from "../support/sweep_fakes.ts";

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
