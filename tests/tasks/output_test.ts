import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { loadPackage } from "../../tasks/shell/load_package.ts";
import { smoothPng, tiny } from "../support/image_task.ts";
import { type Outcome, outcome } from "../support/process.ts";
import { inFolder } from "../support/temporary_folder.ts";

const TASK = fromFileUrl(new URL("../../tasks/image.ts", import.meta.url));

/** Runs a line of shell in a folder; in it, `$TASK` trains on a small picture. */
function shell(folder: string, line: string): Promise<Outcome> {
  const words = [
    Deno.execPath(),
    "run",
    "-A",
    "--no-check",
    TASK,
    "picture.png",
    ...tiny,
    "--optimizer",
    "adam",
    "--epochs",
    "10",
  ];
  return outcome(
    new Deno.Command("bash", {
      args: ["-c", line],
      cwd: folder,
      env: { NO_COLOR: "1", NEURAL_FIELDS_DEBUG: "", INIT_CWD: folder, TASK: words.join(" ") },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
}

Deno.test({
  name: "output that nobody reads or that cannot be written neither stops training nor changes the exit code",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
      const redirections: Readonly<Record<string, string>> = {
        head: "2>&1 | head -1",
        nobody: "2>&1 | true",
        full: ">/dev/full 2>/dev/full",
        closed: ">&- 2>&-",
      };
      const runs = Object.entries(redirections).map(async ([name, redirection]) => {
        const { code, stderr } = await shell(folder, `$TASK --name ${name} ${redirection}; exit \${PIPESTATUS[0]}`);
        assertEquals(code, 0, `${name}: ${stderr}`);
        const summary = join(folder, "runs", "image", name, "summary.json");
        assertEquals(JSON.parse(await Deno.readTextFile(summary)).steps, 30, name);
      });
      await Promise.all(runs);
      const wrong = await shell(folder, "$TASK --size x 2>/dev/full");
      assertEquals([wrong.code, wrong.stdout], [1, ""], "an error keeps its exit code");
    }),
});

Deno.test("a package that does not come is given up, and the message names it", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  try {
    const url = `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/never.js`;
    const begin = performance.now();
    const error = await assertRejects(() => loadPackage(url, 0.3), Error);
    assertStringIncludes(error.message, `${url} cannot be loaded`);
    assertStringIncludes(error.message, "nothing came within 0.3 seconds.");
    assert(performance.now() - begin < 5000);
  } finally {
    listener.close();
  }
});
