import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { outcome, startTask } from "../support/process.ts";

const run = (args: string[], env: Record<string, string> = {}) => outcome(startTask("doctor", args, ".", env));

Deno.test("doctor's figures follow from the limits of the adapter that it names", async () => {
  const { code, stdout, stderr } = await run(["--json"]);
  assertEquals(stderr, "");
  const { used, adapters, runtime } = JSON.parse(stdout);
  assertEquals(runtime.deno, Deno.version.deno);
  assertEquals(code, used ? 0 : 1);
  if (!used) return; // a machine without any adapter
  assertEquals(used.largestBatch, Math.floor(used.bindingSize / 1024));
  assert(adapters.some(({ name }: { name: string }) => name === used.name));
  const text = await run([]);
  assertStringIncludes(text.stdout, used.name);
  assertStringIncludes(text.stdout, `${used.largestBatch} rows`);
});

Deno.test({
  name: "doctor tells how to fix a machine without adapters and exits with 1",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const gone = { VK_DRIVER_FILES: "/nonexistent.json", VK_ICD_FILENAMES: "/nonexistent.json" };
    const { code, stdout } = await run([], gone);
    assertEquals(code, 1);
    assertStringIncludes(stdout, "No WebGPU adapter was found");
    assertStringIncludes(stdout, "apt-get install");
  },
});

Deno.test("doctor refuses what it does not know", async () => {
  assertEquals(await run(["--jsn"]), {
    code: 1,
    stdout: "",
    stderr: "error: Unknown option --jsn: did you mean --json?\n",
  });
});
