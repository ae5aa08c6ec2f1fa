import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { type Change, watchDisk } from "../../../tasks/run/disk.ts";
import { FolderLock } from "../../../tasks/run/folder_lock.ts";
import { createRunFolder } from "../../../tasks/run/new_run.ts";
import type { RunFolder } from "../../../tasks/run/run_folder.ts";
import { onWriteError, retried } from "../../../tasks/training/write_errors.ts";
import { inFolder, namesIn } from "../../support/temporary_folder.ts";

/** What the system says, and what a message says. */
const [FULL, REASON] = ["No space left on device (os error 28)", "No space left on device"];

/** A disk on which nothing can be written while `isFull` says so. */
function fullDisk(isFull: (change: Change) => boolean): Disposable {
  return watchDisk((change) => {
    const isNew = change.kind === "make folder" && change.path.endsWith("snapshots");
    const writes = change.kind === "write" || change.kind === "append" || isNew;
    if (isFull(change) && writes) throw Object.assign(new Error(FULL), { code: "ENOSPC" });
  });
}

/** Gives a run with three checkpoints to `work`. */
function withRun(work: (run: RunFolder) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    using run = await createRunFolder({ root: folder, task: "image", name: "full" });
    for (const step of [1, 2, 3]) await run.writeCheckpoint(`step-0000000${step}`, new Uint8Array(100));
    await work(run);
  });
}

const checkpoints = (run: RunFolder) => namesIn(join(run.path, "checkpoints"));

Deno.test("on a full disk old checkpoints make room for the new one", () =>
  withRun(async (run) => {
    let removed = 0;
    using _full = fullDisk((change) => {
      if (change.kind === "remove" && change.path.endsWith(".safetensors")) removed++;
      return removed === 0;
    });
    await run.writeCheckpoint("step-00000004", new Uint8Array(100));
    assertEquals(checkpoints(run), ["step-00000003.safetensors", "step-00000004.safetensors"]);
  }));

Deno.test("a disk that stays full leaves the newest checkpoint, and every change ends with the same sentence", () =>
  withRun(async (run) => {
    using _full = fullDisk(() => true);
    const changes: Readonly<Record<string, () => Promise<unknown>>> = {
      "checkpoints/step-00000004.safetensors": () => run.writeCheckpoint("step-00000004", new Uint8Array(100)),
      "metrics.jsonl": () => run.appendMetrics({ step: 4 }),
      "summary.json": () => run.writeSummary({}),
      "snapshots": () => run.writeFile("snapshots/a.png", "a"),
      "config.json": () => run.writeConfig({}),
    };
    for (const [name, change] of Object.entries(changes)) {
      await assertRejects(change, Error, `${join(run.path, name)}: cannot be written: ${REASON}.`);
    }
    assertEquals(checkpoints(run), ["step-00000003.safetensors"]);
    assertEquals(namesIn(run.path), [".lock", "checkpoints"]);
  }));

Deno.test("a run that waits says so once, goes on when there is room, and can be stopped", () =>
  withRun(async (run) => {
    const lines: string[] = [];
    const stop = new AbortController();
    const wait = onWriteError("wait", (line) => lines.push(line), stop.signal);
    let attempts = 0;
    {
      using _full = fullDisk(({ kind }) => kind === "append" && ++attempts <= 2);
      run.onWriteError = wait;
      await run.appendMetrics({ step: 1 });
    }
    assertEquals((await run.readMetrics()).map(({ step }) => step), [1]);
    const sentence = `${join(run.path, "metrics.jsonl")}: cannot be written: ${REASON}.`;
    assertEquals(lines, [`${sentence} The run waits until it can be.`]);
    using _full = fullDisk(() => true);
    setTimeout(() => stop.abort(), 300);
    await assertRejects(() => run.appendMetrics({ step: 2 }), Error, sentence);
  }));

Deno.test("a disk that is full from the start keeps nobody from the lock, and ends a new run with the sentence about its file", () =>
  inFolder(async (folder) => {
    const { write } = Deno.FsFile.prototype;
    Deno.FsFile.prototype.write = () => Promise.reject(Object.assign(new Error(FULL), { code: "ENOSPC" }));
    try {
      const fill = (run: RunFolder) => run.writeConfig({});
      const message = `${join(folder, "image", "full", "config.json")}: cannot be written: ${REASON}.`;
      await assertRejects(() => createRunFolder({ root: folder, task: "image", name: "full" }, fill), Error, message);
      using _lock = await FolderLock.take(folder, "");
    } finally {
      Deno.FsFile.prototype.write = write;
    }
    assertEquals(namesIn(folder), [".lock"]);
    const full = Object.assign(new Error(`${FULL}.`), { code: "ENOSPC" });
    let [tries, waits] = [0, 0];
    const wait = () => Promise.resolve(void waits++);
    assertEquals(await retried(() => ++tries < 3 ? Promise.reject(full) : Promise.resolve("made"), wait), "made");
    assertEquals(waits, 2);
    await assertRejects(() => retried(() => Promise.reject(new Error("other")), wait), Error, "other");
  }));

Deno.test("a disk that is protected for a while is waited for, and no checkpoint goes to make room on it", () =>
  withRun(async (run) => {
    let waits = 0;
    run.onWriteError = () => Promise.resolve(void waits++);
    {
      using _protected = watchDisk(({ kind }) => {
        if (kind === "append" && waits < 2) throw Object.assign(new Error("Permission denied"), { code: "EACCES" });
      });
      await run.appendMetrics({ step: 1 });
    }
    assertEquals([waits, checkpoints(run).length], [2, 3]);
  }));

Deno.test("other errors are not waited for", () =>
  withRun(async (run) => {
    run.onWriteError = () => Promise.resolve();
    using _broken = watchDisk(() => {
      throw new Deno.errors.PermissionDenied("Permission denied");
    });
    await assertRejects(() => run.appendMetrics({ step: 1 }), Error, "cannot be written: Permission denied.");
    assertEquals(checkpoints(run).length, 3);
  }));
