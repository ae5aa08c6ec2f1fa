import { assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { runJob } from "../../tasks/mpi/run_job.ts";
import { TASKS } from "../../tasks/registry.ts";
import { deviceChoice } from "../../tasks/shell/device_options.ts";
import { HelpRequest } from "../../tasks/shell/help.ts";
import { UserError } from "../../tasks/shell/user_error.ts";
import { checkForSeveral, ownAdapter } from "../../tasks/training/several.ts";
import { outcome, startTask } from "../support/process.ts";

/** Two drivers that compute on the CPU: Mesa's, and the one that comes with Debian's Chromium. */
const DRIVERS = ["/usr/share/vulkan/icd.d/lvp_icd.x86_64.json", "/usr/lib/chromium/vk_swiftshader_icd.json"];

const doctor = (...args: string[]) => outcome(startTask("doctor", args, ".", { VK_DRIVER_FILES: DRIVERS.join(":") }));

Deno.test({
  name: "an adapter is chosen by its number and by a part of its name, in the list of doctor",
  ignore: DRIVERS.some((file) => !isThere(file)),
  fn: async () => {
    const listed = JSON.parse((await doctor("--json")).stdout).adapters.map(({ name }: { name: string }) => name);
    assertEquals(listed.length, 2);
    const choices = [["0", listed[0]], ["1", listed[1]], ["LLVM", listed[0]], ["swift", listed[1]]];
    await Promise.all(choices.map(async ([asked, name]) => {
      const { code, stdout, stderr } = await doctor("--json", "--adapter", asked);
      assertEquals([code, stderr], [0, ""]);
      assertEquals(JSON.parse(stdout).used.name, name);
    }));
    const { code, stdout } = await doctor("--adapter", "device");
    assertEquals(code, 0);
    assertMatch(stdout, /Adapter 1 \(used\) +SwiftShader/);
  },
});

Deno.test("an adapter that is not there is refused with the list", async () => {
  const { code, stdout, stderr } = await outcome(startTask("image", ["--adapter", "Voodoo"], "."));
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, "error: adapter Voodoo: expected a place in this list, a part of one name, or a PCI");
});

Deno.test("an adapter without a name is refused, and several are outside a job of several processes", () => {
  for (const adapter of [",", "", "0,", " "]) {
    const sentence = `--adapter: expected a number, a part of a name or a PCI address, found ${
      JSON.stringify(adapter)
    }.`;
    assertEquals(assertThrows(() => deviceChoice({ adapter }), UserError).message, sentence);
    assertThrows(() => checkForSeveral({ onDivergence: "stop", adapter }), UserError, sentence);
  }
  for (const adapter of ["0,0", "17:00.0,65:00.0", "0,radeon"]) {
    const sentence =
      `--adapter: expected one adapter, found "${adapter}": a list is for the processes of deno task mpi.`;
    assertEquals(assertThrows(() => deviceChoice({ adapter }), UserError).message, sentence);
    checkForSeveral({ onDivergence: "stop", adapter });
  }
  for (const adapter of ["llvmpipe (LLVM 15.0.6, 256 bits)", "LLVM 15.0.6, 256", "65:00.0", "1"]) {
    assertEquals(deviceChoice({ adapter }).adapter, adapter);
  }
});

Deno.test("a job without a task is refused in one sentence", async () => {
  const { signal } = new AbortController();
  const { message } = await assertRejects(() => runJob([], signal), UserError);
  assertEquals(message, `deno task mpi: expected one of ${[...TASKS.keys()].join(", ")}, found none.`);
  await assertRejects(() => runJob(["--help"], signal), HelpRequest);
});

Deno.test("the processes of a machine take the adapters that were asked for in turn", () => {
  const before = Deno.env.get("OMPI_COMM_WORLD_LOCAL_RANK");
  try {
    for (const [place, adapter] of ["17:00.0", "llvmpipe (LLVM 15.0.6, 256 bits)", "17:00.0"].entries()) {
      Deno.env.set("OMPI_COMM_WORLD_LOCAL_RANK", String(place));
      assertEquals(ownAdapter("17:00.0, llvmpipe (LLVM 15.0.6, 256 bits)"), adapter);
    }
  } finally {
    if (before === undefined) Deno.env.delete("OMPI_COMM_WORLD_LOCAL_RANK");
    else Deno.env.set("OMPI_COMM_WORLD_LOCAL_RANK", before);
  }
});

function isThere(file: string): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}
