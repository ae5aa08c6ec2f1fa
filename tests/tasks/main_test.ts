import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Outcome, outcome, readUntil } from "../support/process.ts";

const shell = (file: string) => new URL(`../../tasks/shell/${file}`, import.meta.url).href;

/** Starts a process whose task is `body`, a piece of code that sees `args`, `signal` and `UserError`. */
function start(body: string, env: Record<string, string> = {}): Deno.ChildProcess {
  const code = `import { runTask } from "${shell("main.ts")}";
    import { HelpRequest } from "${shell("help.ts")}";
    import { UserError } from "${shell("user_error.ts")}";
    await runTask(async (args, signal) => { ${body} });`;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `data:text/javascript,${encodeURIComponent(code)}`],
    env: { NEURAL_FIELDS_DEBUG: "", NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("a task that returns ends with code 0, one that asks for help with its text", async () => {
  assertEquals(await outcome(start(`console.log("done")`)), { code: 0, stdout: "done\n", stderr: "" });
  const help = await outcome(start(`throw new HelpRequest("Usage: x")`));
  assertEquals(help, { code: 0, stdout: "Usage: x\n", stderr: "" });
});

Deno.test("any error becomes one line without a stack", async () => {
  for (const thrown of [`new UserError("a: b")`, `new Error("a:\\n  b")`, `"a: b"`, `new RangeError("a: b")`]) {
    assertEquals(await outcome(start(`throw ${thrown}`)), { code: 1, stdout: "", stderr: "error: a: b\n" });
  }
  const unawaited = `Promise.reject(new Error("a: b")); await new Promise((done) => setTimeout(done, 1000));`;
  assertEquals(await outcome(start(unawaited)), { code: 1, stdout: "", stderr: "error: a: b\n" });
});

Deno.test("with NEURAL_FIELDS_DEBUG=1 the stack and the causes follow", async () => {
  const body = `throw new Error("outer", { cause: new Error("inner") })`;
  const { code, stderr } = await outcome(start(body, { NEURAL_FIELDS_DEBUG: "1" }));
  assertEquals(code, 1);
  assert(stderr.startsWith("error: outer\nError: outer\n    at "));
  assertStringIncludes(stderr, "caused by Error: inner\n    at ");
});

const untilAborted = `await new Promise((done) => {
    const timer = setInterval(() => {}, 1000);
    signal.addEventListener("abort", () => { clearInterval(timer); done(); });
    console.log("ready");
  });`;

/** Waits until the process has printed "ready", so that its listeners are in place. */
async function ready(child: Deno.ChildProcess): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const reader = child.stdout.getReader();
  await reader.read();
  return reader;
}

async function drain(child: Deno.ChildProcess, reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Outcome> {
  const stdout = await readUntil(reader, () => false);
  const stderr = await new Response(child.stderr).text();
  const { code } = await child.status;
  return { code, stdout, stderr };
}

Deno.test({
  name: "the first signal lets the task finish, and the exit code tells which it was",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
      const child = start(`${untilAborted} console.log("checkpoint");`);
      const reader = await ready(child);
      child.kill(signal);
      child.kill(signal); // as `deno task` does, which forwards what the terminal has sent already
      const result = await drain(child, reader);
      assertEquals(result.stdout, "checkpoint\n");
      assertEquals(result.code, code);
      assertStringIncludes(result.stderr, "Stopping");
    }
  },
});

Deno.test({
  name: "a task that throws because it was aborted prints no error",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const child = start(`${untilAborted} signal.throwIfAborted();`);
    const reader = await ready(child);
    child.kill("SIGINT");
    const { code, stderr } = await drain(child, reader);
    assertEquals(code, 130);
    assert(!stderr.includes("error"), stderr);
  },
});

Deno.test({
  name: "a second signal ends the process even while it is busy",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const busy = `await new Promise((done) => setTimeout(done, 700));
      console.log("busy"); for (const end = Date.now() + 60_000; Date.now() < end;);`;
    const child = start(`${untilAborted} ${busy}`);
    const reader = await ready(child);
    child.kill("SIGINT");
    await reader.read(); // "busy"
    const before = Date.now();
    child.kill("SIGINT");
    const { code } = await drain(child, reader);
    assertEquals(code, 130);
    assert(Date.now() - before < 30_000);
  },
});
