import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { RunFolder } from "../../tasks/run/run_folder.ts";
import { imageProcess, imageTask, smoothPng, tiny, withEsgd } from "../support/image_task.ts";
import { readUntil, startTask } from "../support/process.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

const options = ["picture.png", ...tiny, "--optimizer", "adam", "--schedule", "constant"];

/** Gives a folder with a run in it that goes on and on, and that has written a checkpoint, to `work`. */
function withLongRun(work: (folder: string, path: string, child: Deno.ChildProcess) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
    const line = [...options, "--epochs", "1000000", "--evaluate-every", "1", "--snapshot-every", "2", "--name", "a"];
    const child = startTask("image", withEsgd(line), folder);
    const path = join(folder, "runs", "image", "a");
    const run = new RunFolder(path);
    let ended = false;
    child.status.then(() => ended = true);
    while (await run.latestCheckpoint() === undefined) {
      assert(!ended, "the run ended before its first checkpoint");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await work(folder, path, child);
  });
}

Deno.test("a run that goes on is not continued by a second process, and is once the first was killed", () =>
  withLongRun(async (folder, path, child) => {
    const second = await imageProcess(folder, "--resume", path);
    const sentence = `error: ${path}: process ${child.pid} is writing to this run; wait for it to end, or stop it.\n`;
    assertEquals([second.code, second.stderr], [1, sentence]);
    child.kill("SIGKILL");
    await child.output();
    const [{ step }] = await new RunFolder(path).stepCheckpoints();
    const epochs = String(Math.ceil(step / 3) + 5);
    const [one, other] = await Promise.all(
      [0, 1].map(() => imageProcess(folder, "--resume", path, "--epochs", epochs)),
    );
    assert(one.code === 0 || other.code === 0, one.stderr + other.stderr);
    // On a busy machine, one may have ended before the other begins.
    for (const { code, stderr } of [one, other]) {
      if (code !== 0) assertStringIncludes(stderr, "is writing to this run; wait for it to end, or stop it.");
    }
    const steps = (await new RunFolder(path).readMetrics()).map(({ step }) => step);
    assertEquals(steps, [...new Set(steps)], "no step is measured twice");
    for (const below of ["", "checkpoints", "snapshots"]) {
      assert(!namesIn(join(path, below)).some((name) => name.endsWith(".part")));
    }
  }));

Deno.test("a run whose folder is removed ends with one sentence, and does not make it again", () =>
  withLongRun(async (folder, path, child) => {
    // The run may write a file while its folder is being removed.
    while (await Deno.remove(path, { recursive: true }).then(() => false, () => true));
    const { code, stderr } = await child.output();
    const message = `${path}: expected the folder of the run, which is being written, but it was removed or renamed`;
    assertEquals(code, 1);
    assertStringIncludes(new TextDecoder().decode(stderr), `error: ${message}`);
    assertEquals(namesIn(join(folder, "runs", "image")), []);
  }));

Deno.test("an interruption changes neither the measurements nor the snapshots nor the files that are kept", () =>
  withLongRun(async (folder, path, child) => {
    child.kill("SIGINT");
    const stderr = child.stderr.getReader();
    const [, text] = await Promise.all([new Response(child.stdout).text(), readUntil(stderr, () => false)]);
    assertEquals((await child.status).code, 130, text);
    const { step } = (await new RunFolder(path).latestCheckpoint())!;
    const epochs = String(Math.ceil(step / 3) + 3);
    const resumed = await imageTask(folder, "--resume", path, "--epochs", epochs);
    assertEquals(resumed.code, 0, resumed.stderr);
    const line = [...options, "--epochs", epochs, "--evaluate-every", "1", "--snapshot-every", "2", "--name", "whole"];
    const uninterrupted = await imageTask(folder, ...line);
    assertEquals(uninterrupted.code, 0, uninterrupted.stderr);
    const whole = join(folder, "runs", "image", "whole");
    const names = (run: string) => ["", "checkpoints", "snapshots"].map((below) => namesIn(join(run, below)));
    assertEquals(names(path), names(whole));
    const measured = async (run: string) =>
      (await new RunFolder(run).readMetrics()).map(({ seconds: _, ...rest }) => rest);
    assertEquals(await measured(path), await measured(whole));
    const newest = async (run: string) => await Deno.readFile((await new RunFolder(run).latestCheckpoint())!.path);
    assertEquals(await newest(path), await newest(whole));
  }));
