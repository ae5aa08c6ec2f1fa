import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { imageTask } from "../../tasks/image/task.ts";
import { readRun } from "../../tasks/run_list/found_run.ts";
import { RunFolder } from "../../tasks/run/run_folder.ts";
import { UserError } from "../../tasks/shell/user_error.ts";
import { EarlierRun } from "../../tasks/training/earlier_run.ts";
import { readRunRequest } from "../../tasks/training/run_request.ts";
import { runTraining } from "../../tasks/training/run_training.ts";
import { WatchedRun } from "../../tasks/watch/watched_run.ts";
import { smoothPng, tiny } from "../support/image_task.ts";
import { quietly } from "../support/quietly.ts";
import { inFolder } from "../support/temporary_folder.ts";

type Json = Record<string, unknown>;

/** Gives `work` a run of the image task with Huber's loss and a limited gradient. */
function withRun(work: (folder: string, file: string, config: Json) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
    const choices = ["--activation", "gaussian", "--optimizer", "adam", "--clip-norm", "2", "--objective", "huber"];
    const args = ["picture.png", ...tiny, ...choices, "--epochs", "1", "--name", "a"];
    await quietly(folder, () => runTraining(imageTask, args, new AbortController().signal));
    const file = join(folder, "runs", "image", "a", "config.json");
    await work(folder, file, JSON.parse(await Deno.readTextFile(file)));
  });
}

/** The commands that read a run's configuration, as far as they do. `watch` shows what it can, and names the damage. */
function readersOf(file: string): Record<string, () => Promise<unknown>> {
  const run = join(file, "..");
  return {
    resume: () => EarlierRun.read(new RunFolder(run), imageTask),
    config: () => readRunRequest(imageTask, ["--config", file], false),
    runs: () => readRun(run, "image", "a"),
    watch: async () => {
      const { problem } = await new WatchedRun(run, "a").read();
      if (problem !== undefined) throw new UserError(`${join(file, "..")}/${problem}`);
    },
  };
}

/** Copies of an object with one of its members, or one of theirs, replaced or removed, and the path to that. */
function* damaged(value: Json, above: readonly string[] = []): Generator<[path: string[], copy: Json, by: unknown]> {
  for (const [name, member] of Object.entries(value)) {
    const path = [...above, name];
    for (const by of [null, "x", -1, {}, [], undefined]) {
      if (JSON.stringify(by) !== JSON.stringify(member)) yield [path, { ...value, [name]: by }, by];
    }
    if (typeof member !== "object" || member === null || Array.isArray(member) || above.length > 0) continue;
    for (const [deeper, copy, by] of damaged(member as Json, path)) yield [deeper, { ...value, [name]: copy }, by];
  }
}

/** Entries that every reader checks. */
const CHOSEN = ["activation", "encoding", "optimizer", "objective", "schedule"];

/** Whether a reader may take a configuration whose entry was replaced, or removed if `by` is undefined. */
function mayAccept(reader: string, [first, second]: readonly string[], by: unknown): boolean {
  const isRemoved = by === undefined;
  if (first === "options") {
    if (!["resume", "config"].includes(reader)) return true;
    const always = [undefined, "activation", "optimizer", "schedule", "seed"];
    // Options that were added later are missing in earlier runs. A path or a name may be any text.
    return isRemoved ? !always.includes(second) : ["image", "name"].includes(second) && by === "x";
  }
  if (CHOSEN.includes(first)) {
    // Hyper-parameters that were declared later are missing in earlier runs; runs and watch show what there is.
    const always = ["name", "learningRate", ...first === "schedule" ? ["steps"] : []];
    return isRemoved && (second === undefined ? reader === "runs" || reader === "watch" : !always.includes(second));
  }
  if (first === "task") return reader === "watch" || reader === "runs" && by === "x";
  if (first === "steps" && reader !== "config") return reader === "watch";
  // Nothing else is read for lists of runs and their page.
  if (!["resume", "config"].includes(reader)) return true;
  // A new run takes only the options, and an earlier version wrote no hash of the data.
  if (isRemoved && (reader === "config" || first === "dataHash")) return true;
  // Names are any texts, and lists and records may be empty; without kernels a checkpoint is not restored.
  if (second === undefined) return JSON.stringify(by) === "[]" ? first === "layers" : by !== undefined && isEmpty(by);
  const later = ["backend", "unit", "operands", ...Object.keys(Deno.version)];
  return first === "tool" || by === "x" && first !== "kernels" || isRemoved && later.includes(second);
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

Deno.test("a damaged entry of a run's configuration is refused in a sentence that names the file and the entry", () =>
  withRun(async (folder, file, config) => {
    let refused = 0;
    const before = console.error;
    for (const [path, copy, by] of damaged(config)) {
      await Deno.writeTextFile(file, JSON.stringify(copy));
      for (const [reader, read] of Object.entries(readersOf(file))) {
        const what = `${reader}, ${path.join(".")}: ${JSON.stringify(by)}`;
        console.error = () => {};
        const error = await read().then(() => undefined, (error: Error) => error).finally(() => console.error = before);
        if (error === undefined) {
          assert(mayAccept(reader, path, by), `${what}: accepted`);
          continue;
        }
        refused++;
        assert(error instanceof UserError, `${what}: ${error.stack}`);
        assert(error.message.startsWith(file), `${what}: ${error.message}`);
        assertMatch(error.message, /^[^\p{Cc}]+: expected [^\p{Cc}]+, found [^\p{Cc}]+[.?]$/u, what);
        const named = path[0] === "options" && path.length > 1 ? path[1] : path.at(-1)!;
        const spelled = named.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
        if (path[0] !== "task") {
          assert(error.message.includes(named) || error.message.includes(spelled), `${what}: ${error.message}`);
        }
      }
    }
    assert(refused > 700, `${refused}`);
    await Deno.writeTextFile(file, "[1]");
    for (const read of Object.values(readersOf(file))) {
      assertStringIncludes((await assertRejects(read, UserError)).message, "expected an object");
    }
    assertEquals(Array.from(Deno.readDirSync(join(folder, "runs", "image")), ({ name }) => name), ["a"]);
  }));

Deno.test("a run that has made steps is not continued without the kernels that were chosen for it", () =>
  withRun(async (folder, file, config) => {
    await Deno.writeTextFile(file, JSON.stringify({ ...config, kernels: {} }));
    const again = () =>
      runTraining(imageTask, ["--resume", join(file, ".."), "--epochs", "2"], new AbortController().signal);
    const { message } = await assertRejects(() => quietly(folder, again), UserError);
    assertEquals(
      message,
      `${file}, kernels: expected the choices with which the run was made, found none of operands.`,
    );
  }));

Deno.test("what a configuration says twice in different ways is told, and the options count", () =>
  withRun(async (folder, file, config) => {
    const said = async (changed: Json) => {
      await Deno.writeTextFile(file, JSON.stringify({ ...config, ...changed }));
      const values: Json[] = [];
      const lines = await quietly(folder, async () => {
        values.push((await EarlierRun.read(new RunFolder(join(file, "..")), imageTask)).values);
        values.push((await readRunRequest(imageTask, ["--config", file], false)).asked);
      });
      // Both say the same, but for the schedule, which depends on the length of the run.
      const texts = [...new Set(lines.split("\n"))].filter((text) => text !== "");
      return { values, texts: texts.map((text) => text.replace(`warning: ${file}: `, "")) };
    };
    const options = config.options as Json;
    assertEquals((await said({})).texts, []);
    const changed = await said({ options: { ...options, betas: [0.5, 0.6], clipNorm: 3 } });
    assertEquals(changed.texts, [
      "options.betas is [0.5,0.6], but optimizer.betas is [0.9,0.999]; the options count.",
      "options.clipNorm is 3, but optimizer.clipNorm is 2; the options count.",
    ]);
    assertEquals(changed.values.map(({ betas, clipNorm }) => [betas, clipNorm]), [[[0.5, 0.6], 3], [[0.5, 0.6], 3]]);
    const other = await said({ options: { ...options, optimizer: "sgd" } });
    assertEquals(other.texts, ['options.optimizer is "sgd", but optimizer.name is "adam"; the options count.']);
    assertEquals(other.values.map(({ optimizer, betas }) => [optimizer, betas]), [["sgd", undefined], [
      "sgd",
      undefined,
    ]]);
    // What only the entry has is taken from it.
    const { clipNorm: _, ...without } = options;
    const entry = await said({ options: without });
    assertEquals([entry.texts, ...entry.values.map(({ clipNorm }) => clipNorm)], [[], 2, 2]);
    const { texts } = await said({ scheduleSteps: 9, options: { ...options, schedule: "cosine" } });
    assertEquals(texts, [
      'options.schedule is "cosine", but schedule.name is "constant"; the options count.',
      'options, scheduleSteps and restarts lead to the schedule {"name":"cosine","steps":9,"final":0}, ' +
      'but schedule is {"name":"constant"}; the former count.',
    ]);
  }));
