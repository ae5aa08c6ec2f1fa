import { assertEquals, assertMatch } from "@std/assert";
import { extname, fromFileUrl, join } from "@std/path";
import { inFolder } from "./support/temporary_folder.ts";

const root = fromFileUrl(new URL("../", import.meta.url));
const types: Record<string, string> = { ".ts": "text/typescript", ".wgsl": "text/plain", ".json": "application/json" };

Deno.test("README's library example runs from a URL, in another folder, with a fresh cache and no configuration", async () => {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const path = new URL(request.url).pathname;
    try {
      const headers = { "content-type": types[extname(path)] ?? "application/octet-stream" };
      return new Response(await Deno.readFile(join(root, path)), { headers });
    } catch {
      return new Response("not found", { status: 404 });
    }
  });
  try {
    await inFolder(async (folder) => {
      const readme = await Deno.readTextFile(join(root, "README.md"));
      const [, example] = /```ts\n([\s\S]*?)```/.exec(readme)!;
      const url = `http://127.0.0.1:${server.addr.port}/mod.ts`;
      await Deno.writeTextFile(join(folder, "example.ts"), example.replace("./mod.ts", url));
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-prompt", "--allow-env", "--allow-import", "example.ts"],
        cwd: folder,
        env: { DENO_DIR: join(folder, "cache"), NO_COLOR: "1" },
      }).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
      assertMatch(new TextDecoder().decode(stdout), /^80 steps\nloss \d\.\de-\d, 1153 entries of Hv\n$/);
    });
  } finally {
    await server.shutdown();
  }
});
