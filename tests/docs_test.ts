import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { inFolder } from "./support/temporary_folder.ts";

const root = fromFileUrl(new URL("../", import.meta.url));

Deno.test("the library example of docs/occupancy.md type-checks and runs", () =>
  inFolder(async (folder) => {
    const [, example] = /```ts\n([\s\S]*?)```/.exec(await Deno.readTextFile(join(root, "docs/occupancy.md")))!;
    const module = new URL("../mod.ts", import.meta.url).href;
    await Deno.writeTextFile(join(folder, "example.ts"), example.replace("../mod.ts", module));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--check", "--no-prompt", "-A", "--config", join(root, "deno.json"), "example.ts"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const lines = /^1000 points, some inside\n100 steps\nIoU 0\.[4-9], PLY of many bytes\n$/;
    assertMatch(new TextDecoder().decode(stdout), lines);
  }));
