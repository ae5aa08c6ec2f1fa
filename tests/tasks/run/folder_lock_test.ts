import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { FolderLock } from "../../../tasks/run/folder_lock.ts";
import { UserError } from "../../../tasks/shell/user_error.ts";
import { inFolder } from "../../support/temporary_folder.ts";

Deno.test("a folder is locked once, by a process that the message names", () =>
  inFolder(async (folder) => {
    const lock = await FolderLock.take(folder, "is at work");
    assertEquals(await FolderLock.tryTake(folder), undefined);
    const message = `${folder}: process ${Deno.pid} is at work.`;
    await assertRejects(() => FolderLock.take(folder, "is at work"), UserError, message);
    await Deno.writeTextFile(join(folder, ".lock"), "\u001b[2J");
    await assertRejects(
      () => FolderLock.take(folder, "is at work"),
      UserError,
      `${folder}: another process is at work.`,
    );
    lock[Symbol.dispose]();
    lock[Symbol.dispose]();
    using again = await FolderLock.take(folder, "is at work");
    again.check("run");
  }));

Deno.test("a lock says that its folder is gone, also if another one took its place", () =>
  inFolder(async (parent) => {
    const folder = join(parent, "a");
    await Deno.mkdir(folder);
    using lock = await FolderLock.take(folder, "");
    const gone = `${folder}: expected the folder of the run, which is being written, but it was removed or renamed`;
    await Deno.rename(folder, join(parent, "b"));
    assertThrows(() => lock.check("run"), UserError, gone);
    await Deno.mkdir(folder);
    using _other = await FolderLock.take(folder, "");
    assertThrows(() => lock.check("run"), UserError, gone);
  }));

Deno.test("a folder that cannot be written is named, and one on a system without locks is used with a warning", () =>
  inFolder(async (folder) => {
    const missing = join(folder, "missing");
    await assertRejects(() => FolderLock.take(missing, ""), UserError, `${missing}: cannot be locked for writing: `);
    const { tryLock } = Deno.FsFile.prototype;
    const { error } = console;
    const lines: string[] = [];
    Deno.FsFile.prototype.tryLock = () => Promise.reject(new Error("not supported"));
    console.error = (line) => lines.push(line);
    try {
      using lock = await FolderLock.take(folder, "");
      lock.check("run");
    } finally {
      Deno.FsFile.prototype.tryLock = tryLock;
      console.error = error;
    }
    assertEquals(lines.length, 1);
    assertMatch(lines[0], /: expected a file system with locks, found one without \(not supported\): start only one /);
  }));
