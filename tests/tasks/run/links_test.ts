import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { ComparisonFolder } from "../../../tasks/compare/store.ts";
import { FolderLock } from "../../../tasks/run/folder_lock.ts";
import { createRunFolder } from "../../../tasks/run/new_run.ts";
import { resumeRunFolder } from "../../../tasks/run/open_run_folder.ts";
import { RunFolder } from "../../../tasks/run/run_folder.ts";
import { UserError } from "../../../tasks/shell/user_error.ts";
import { inFolder, namesIn } from "../../support/temporary_folder.ts";

/** What is outside of all runs, and must stay as it is. */
const PRECIOUS = { "victim.txt": "precious", "step-00000001.safetensors": "mine", ".a.1-0.part": "also mine" };

/** Gives a folder `outside` with files that must not change, and an empty folder beside it, to `work`. */
function beside(work: (path: string, outside: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const [path, outside] = [join(folder, "run"), join(folder, "outside")];
    for (const each of [path, outside]) await Deno.mkdir(each);
    for (const [name, text] of Object.entries(PRECIOUS)) await Deno.writeTextFile(join(outside, name), text);
    await work(path, outside);
    const left = namesIn(outside).map((name) => [name, Deno.readTextFileSync(join(outside, name))]);
    assertEquals(Object.fromEntries(left), PRECIOUS);
  });
}

/** The links that a stranger's folder could have: their names, and what they lead to outside. */
const LINKS: [name: string, to: string][] = [
  [".lock", "victim.txt"],
  ["metrics.jsonl", "victim.txt"],
  ["config.json", "victim.txt"],
  ["checkpoints", ""],
  ["snapshots", ""],
  ["test", ""],
];

Deno.test("a run with a link in it is not continued, and nothing outside changes", () =>
  beside(async (path, outside) => {
    await Deno.writeTextFile(join(path, "config.json"), "{}");
    for (const [name, to] of LINKS) {
      if (name === "config.json") await Deno.remove(join(path, name));
      await Deno.symlink(join(outside, to), join(path, name));
      const { message } = await assertRejects(() => resumeRunFolder(path), UserError);
      assertMatch(
        message,
        /^[^:]*: expected a file or a folder, found a symbolic link; nothing is written through links/,
      );
      assertEquals(message.startsWith(`${join(path, name)}:`), true, message);
      await Deno.remove(join(path, name));
      if (name === "config.json") await Deno.writeTextFile(join(path, name), "{}");
    }
    await Deno.mkdir(join(path, "checkpoints"));
    await Deno.symlink(join(outside, "victim.txt"), join(path, "checkpoints", "step-00000002.safetensors"));
    await assertRejects(
      () => resumeRunFolder(path),
      UserError,
      "step-00000002.safetensors: expected a file or a folder",
    );
    await Deno.remove(join(path, "checkpoints"), { recursive: true });
    (await resumeRunFolder(path))[Symbol.dispose]();
    await Deno.symlink(path, join(path, "..", "linked"));
    await assertRejects(
      () => resumeRunFolder(join(path, "..", "linked")),
      UserError,
      "linked: expected a file or a folder",
    );
  }));

Deno.test("a run refuses each change by way of a link that appears while it is written", () =>
  beside(async (path, outside) => {
    const run = new RunFolder(path, { keep: 1 });
    await Deno.symlink(join(outside, "victim.txt"), join(path, "metrics.jsonl"));
    for (const name of ["checkpoints", "snapshots"]) await Deno.symlink(outside, join(path, name));
    const changes: (() => Promise<unknown>)[] = [
      () => run.appendMetrics({ step: 1 }),
      () => run.truncateMetrics(() => false),
      () => run.writeCheckpoint("step-00000002", new Uint8Array(9)),
      () => run.removeReplaced("step-00000002"),
      () => run.goBackTo(0),
      async () => await run.setAside((await run.latestCheckpoint())!),
      () => run.writeFile("snapshots/step-00000001.png", "a"),
    ];
    await Deno.writeTextFile(join(outside, "step-00000002.safetensors"), "");
    for (const change of changes) await assertRejects(change, UserError, "found a symbolic link");
    await Deno.remove(join(outside, "step-00000002.safetensors"));
  }));

Deno.test("a comparison with a link in it is neither locked nor written", () =>
  beside(async (path, outside) => {
    const store = await ComparisonFolder.open(path);
    for (const [name, to] of [[".lock", "victim.txt"], ["results.jsonl", "victim.txt"], ["runs", ""]]) {
      await Deno.symlink(join(outside, to), join(path, name));
      await assertRejects(() => store.lock(), UserError, `${join(path, name)}: expected a file or a folder`);
      await Deno.remove(join(path, name));
    }
    using _lock = await store.lock();
    await Deno.symlink(join(outside, "victim.txt"), join(path, "results.jsonl"));
    await assertRejects(async () => await store.append({} as never), UserError, "found a symbolic link");
  }));

Deno.test("what a stranger left beside new runs is not locked, and a lock that is no file is refused at once", () =>
  beside(async (path, outside) => {
    const hidden = join(path, "image", ".x.new");
    await Deno.mkdir(hidden, { recursive: true });
    await Deno.symlink(join(outside, "victim.txt"), join(hidden, ".lock"));
    (await createRunFolder({ root: path, task: "image", name: "a" }))[Symbol.dispose]();
    assertEquals(namesIn(join(path, "image")), [".x.new", "a"]);
    await Deno.mkdir(join(path, ".lock"));
    await assertRejects(() => FolderLock.take(path, ""), UserError, ".lock: expected a file, found something else.");
  }));
