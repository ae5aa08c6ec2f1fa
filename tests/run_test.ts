import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { readOutcome, testFiles } from "./run.ts";
import { root } from "./support/source_files.ts";
import { inFolder } from "./support/temporary_folder.ts";

Deno.test("each test is found once", () => {
  const files = testFiles("tests");
  assertEquals(new Set(files).size, files.length);
  assert(files.includes("tests/run_test.ts"));
  assertEquals(files.filter((file) => file.includes("/support/")), []);
});

Deno.test("a process that ends without counts and not well is a failure", () => {
  const counts = (code: number, output: string) => readOutcome(code, output).counts;
  assertEquals(counts(0, "a ... ok (1ms)\n\nok | 12 passed (3 steps) | 0 failed | 2 ignored (5s)\n"), {
    passed: 12,
    failed: 0,
    ignored: 2,
  });
  assertEquals(counts(1, "\nFAILED | 3 passed | 2 failed (1s)\n"), { passed: 3, failed: 2, ignored: 0 });
  assertEquals(counts(0, "\nok | 0 passed | 0 failed | 4 filtered out (1s)\n").passed, 0);
  assertEquals(counts(139, "running 3 tests from ./a_test.ts\n"), { passed: 0, failed: 1, ignored: 0 });
  assertEquals(counts(1, "\nok | 3 passed | 0 failed (1s)\n"), { passed: 3, failed: 1, ignored: 0 });
});

Deno.test("files run side by side, and one closing line has the counts of all", () =>
  inFolder(async (folder) => {
    const write = (name: string, code: string) => Deno.writeTextFile(join(folder, name), code);
    await write("good_test.ts", `Deno.test("good", () => {});\nDeno.test.ignore("later", () => {});\n`);
    await write("bad_test.ts", `Deno.test("bad", () => { throw new Error("no good"); });\n`);
    await write("dead_test.ts", `Deno.test("dead", () => Deno.kill(Deno.pid, "SIGKILL"));\n`);
    const run = async (...args: string[]) => {
      const { code, stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", join(root, "tests", "run.ts"), ...args],
        env: { XDG_CACHE_HOME: folder, DENO_JOBS: "3" },
      }).output();
      return { code, text: new TextDecoder().decode(stdout) };
    };
    const good = await run(join(folder, "good_test.ts"));
    assertEquals([good.code, /\nok \| 1 passed \| 0 failed \| 1 ignored \(\d+s\)\n$/.test(good.text)], [0, true]);
    const all = await run(folder);
    assertEquals(all.code, 1);
    assertStringIncludes(all.text, "no good");
    assertStringIncludes(all.text, "\nFAILED | 1 passed | 2 failed | 1 ignored (");
  }));
