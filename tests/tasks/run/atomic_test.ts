import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { removeUnfinished, writeWhole } from "../../../tasks/run/atomic.ts";
import { inFolder, namesIn } from "../../support/temporary_folder.ts";

Deno.test("a file is written whole, from bytes or text, and replaced whole", () =>
  inFolder(async (folder) => {
    const path = join(folder, "file");
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i);
    await writeWhole(path, bytes);
    assertEquals(await Deno.readFile(path), bytes);
    await writeWhole(path, "größer\n");
    assertEquals(await Deno.readTextFile(path), "größer\n");
    await writeWhole(path, "");
    assertEquals(await Deno.readTextFile(path), "");
    assertEquals(namesIn(folder), ["file"]);
  }));

Deno.test("writers of the same path at the same time leave one of their files, whole", () =>
  inFolder(async (folder) => {
    const path = join(folder, "file");
    const contents = ["a", "b", "c", "d"].map((letter) => letter.repeat(50_000));
    await Promise.all(contents.map((content) => writeWhole(path, content)));
    assertEquals(contents.includes(await Deno.readTextFile(path)), true);
    assertEquals(namesIn(folder), ["file"]);
  }));

Deno.test("a failed write leaves what was there, and nothing beside it", () =>
  inFolder(async (folder) => {
    const path = join(folder, "taken");
    // A folder in the file's place lets everything succeed but the renaming.
    await Deno.mkdir(join(path, "inside"), { recursive: true });
    await assertRejects(() => writeWhole(path, "text"), Error, `${path}: cannot be written: `);
    assertEquals(namesIn(folder), ["taken"]);
    assertEquals(namesIn(path), ["inside"]);
  }));

Deno.test("a folder that does not exist is named in the error", () =>
  inFolder(async (folder) => {
    const path = join(folder, "nowhere", "file");
    await assertRejects(() => writeWhole(path, "text"), Error, `${path}: cannot be written: `);
  }));

Deno.test("what a killed writer left is removed, and nothing else", () =>
  inFolder(async (folder) => {
    for (const name of [".file.1-0.part", "file", ".hidden", "my.part"]) {
      await Deno.writeTextFile(join(folder, name), "");
    }
    await Deno.mkdir(join(folder, "below"));
    await Deno.writeTextFile(join(folder, "below", ".file.12-34.part"), "");
    await removeUnfinished(folder);
    assertEquals(namesIn(folder), [".hidden", "below", "file", "my.part"]);
    assertEquals(namesIn(join(folder, "below")), []);
    await removeUnfinished(join(folder, "nowhere"));
  }));
