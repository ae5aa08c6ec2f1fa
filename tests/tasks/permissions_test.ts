import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import project from "../../deno.json" with { type: "json" };
import { TASKS } from "../../tasks/registry.ts";
import { outcome, startTask } from "../support/process.ts";
import { taskFlags } from "../support/task_flags.ts";
import { copyTree } from "../support/tree_copy.ts";
import { inFolder } from "../support/temporary_folder.ts";

/** The tasks that train or measure fields. */
const TRAINING = [...TASKS.keys(), "curvature"];

Deno.test("every task that people run has a list of permissions and never asks for more", () => {
  for (const [name, command] of Object.entries(project.tasks)) {
    // The tests are what developers run.
    if (!command.startsWith("deno run") || name === "test") continue;
    const flags = taskFlags(name, {});
    assert(flags.includes("--no-prompt"), name);
    for (const flag of flags) {
      assert(!["-A", "--allow-all", "--allow-net", "--allow-ffi", "--allow-import"].includes(flag), `${name}: ${flag}`);
    }
  }
});

Deno.test("docs/reliability.md names every task that may do more than read, write and see listed variables", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/reliability.md", import.meta.url));
  const exceptions = page.split("## Least privilege")[1].split("\n").filter((line) => line.startsWith("- ")).join("\n");
  const open: string[] = [];
  for (const [name, command] of Object.entries(project.tasks)) {
    if (!command.startsWith("deno run") || name === "test") continue;
    const flags = taskFlags(name, {});
    const usual = /^(-q|--no-prompt|--allow-read(=.*)?|--allow-write=.*|--allow-env=.*)$/;
    if (flags.some((flag) => !usual.test(flag))) open.push(name);
  }
  const named = [...exceptions.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
  assertEquals(open.toSorted(), named.filter((name) => Object.hasOwn(project.tasks, name)).toSorted());
});

Deno.test("tasks that train may write in the caller's runs and in the cache only, and start no process", () => {
  const variables = { INIT_CWD: "/the caller", HOME: "/my home", XDG_CACHE_HOME: "/a cache" };
  for (const name of TRAINING) {
    const flags = taskFlags(name, variables);
    assertEquals(flags.filter((flag) => flag.startsWith("--allow-write")), [
      "--allow-write=/the caller/runs,/a cache/neural-fields,/my home/.cache/neural-fields",
    ]);
    assertEquals(flags.map((flag) => flag.split("=")[0]), [
      "--no-prompt",
      "--allow-read",
      "--allow-write",
      "--allow-env",
    ]);
  }
});

Deno.test("comparisons may do what training may, and start runs and the programs of Slurm", () => {
  const variables = { INIT_CWD: "/the caller", HOME: "/my home", XDG_CACHE_HOME: "/a cache" };
  const flags = taskFlags("compare", variables);
  // Without -q, the runtime would warn of the programs that are not there.
  const started = ["-q", "--allow-run=deno,sbatch,squeue,scontrol,sacct,scancel"];
  assertEquals(flags.filter((flag) => !started.includes(flag)).map((flag) => flag.split("=")[0]), [
    "--no-prompt",
    "--allow-read",
    "--allow-write",
    "--allow-env",
  ]);
  assertEquals(started.every((flag) => flags.includes(flag)), true);
  assert(flags.includes("--allow-write=/the caller/runs,/a cache/neural-fields,/my home/.cache/neural-fields"));
});

Deno.test("watching runs may look at other folders before it starts; then it may read runs and listen on this machine, and nothing else", () =>
  inFolder(async (folder) => {
    const flags = taskFlags("watch", { INIT_CWD: folder });
    assertEquals(flags.filter((flag) => !flag.startsWith("--allow-env")), [
      "--no-prompt",
      `--allow-read=/,${folder}/runs`,
      "--allow-net=127.0.0.1",
    ]);
    const attempts = [
      `Deno.readTextFileSync(${JSON.stringify(join(folder, "secret"))})`,
      `Deno.readTextFileSync("/etc/hostname")`,
      `Deno.writeTextFileSync(${JSON.stringify(join(folder, "runs", "x"))}, "")`,
      `Deno.listen({ hostname: "0.0.0.0", port: 0 })`,
      `Deno.env.get("HOME")`,
      `Deno.readDirSync(${JSON.stringify(join(folder, "runs"))})`,
    ];
    const code = [
      `import { keepToRuns } from ${
        JSON.stringify(new URL("../../tasks/watch/permissions.ts", import.meta.url).href)
      };`,
      "keepToRuns();",
      ...attempts.map((attempt) => `try { ${attempt}; console.log("done"); } catch (e) { console.log(e.name); }`),
    ];
    await Deno.mkdir(join(folder, "runs"));
    await Deno.writeTextFile(join(folder, "secret"), "");
    const script = join(folder, "script.js");
    await Deno.writeTextFile(script, code.join("\n"));
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", ...flags, script],
      env: { INIT_CWD: folder },
    }).output();
    assertEquals(new TextDecoder().decode(stdout).trim().split("\n"), [...Array(5).fill("NotCapable"), "done"]);
  }));

Deno.test("tasks that only measure may write in the cache only, and start no process", () => {
  const variables = { INIT_CWD: "/the caller", HOME: "/my home", XDG_CACHE_HOME: "/a cache" };
  for (const name of ["advise", "tune"]) {
    const flags = taskFlags(name, variables);
    assertEquals(flags.filter((flag) => flag.startsWith("--allow-") && !flag.startsWith("--allow-env")), [
      "--allow-read",
      "--allow-write=/a cache/neural-fields,/my home/.cache/neural-fields",
    ]);
  }
});

Deno.test("what a task is not permitted to do is refused by the runtime", async () => {
  const attempts = {
    "writing beside runs": `Deno.writeTextFileSync("/caller/x", "")`,
    "another variable": `Deno.env.get("SECRET")`,
    "a process": `new Deno.Command("true").outputSync()`,
    "the network": `await Deno.connect({ hostname: "127.0.0.1", port: 9 })`,
    "a native library": `Deno.dlopen("libc.so.6", {})`,
  };
  const flags = taskFlags("image", { INIT_CWD: "/caller", HOME: "/home", XDG_CACHE_HOME: "/cache" });
  const code = Object.entries(attempts).map(([name, attempt]) =>
    `try { ${attempt}; console.log(${JSON.stringify(name)}, "done"); } catch (e) { console.log(${
      JSON.stringify(name)
    }, e.name); }`
  );
  const script = `data:text/javascript,${encodeURIComponent(code.join("\n"))}`;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", ...flags, script] }).output();
  assertEquals(
    new TextDecoder().decode(stdout).trim().split("\n"),
    Object.keys(attempts).map((name) => `${name} NotCapable`),
  );
});

Deno.test("a run elsewhere is not resumed, and the message says where to call the task", () =>
  inFolder(async (folder) => {
    const elsewhere = join(folder, "elsewhere", "runs", "image", "a");
    const { code, stderr } = await outcome(startTask("image", ["--resume", elsewhere, "--epochs", "2"], folder));
    assertEquals(code, 1);
    assertStringIncludes(
      stderr,
      `error: ${elsewhere}: expected a folder in ${join(folder, "runs")}, because deno task lets`,
    );
  }));

Deno.test("tasks run without any variable of the environment", () =>
  inFolder(async (folder) => {
    const script = new URL("../../tasks/image.ts", import.meta.url).pathname;
    const options = ["--size", "8", "--width", "8", "--layers", "1", "--epochs", "1", "--name", "bare"];
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-read", `--allow-write=${folder}`, script, ...options],
      cwd: folder,
      stderr: "piped",
    });
    const { code, stderr } = await process.output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assert((await Deno.stat(join(folder, "runs", "image", "bare", "summary.json"))).isFile);
  }));

Deno.test("deno task works where the clone, the caller's folder, the home and the cache have spaces in their names", () =>
  inFolder(async (folder) => {
    const [clone, caller, home, cache] = ["my clone", "the caller", "my home", "a cache"].map((name) =>
      join(folder, name)
    );
    for (const path of [clone, caller, home, cache]) await Deno.mkdir(path);
    await copyTree(clone);
    const { stdout: info } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stderr: "null" })
      .output();
    const DENO_DIR = JSON.parse(new TextDecoder().decode(info)).denoDir;
    const tiny = ["--size", "8", "--width", "8", "--layers", "1", "--epochs", "1", "--name", "a"];
    const run = async (cwd: string, ...args: string[]) => {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["task", "--config", join(clone, "deno.json"), ...args],
        cwd,
        // A task that starts this test has set INIT_CWD, and the tasks within would keep it.
        env: { HOME: home, XDG_CACHE_HOME: cache, DENO_DIR, NO_COLOR: "1", INIT_CWD: cwd },
      }).output();
      return { code, text: new TextDecoder().decode(stderr) };
    };
    const trained = await run(caller, "image", ...tiny);
    assertEquals(trained.code, 0, trained.text);
    assert((await Deno.stat(join(caller, "runs", "image", "a", "summary.json"))).isFile);
    for (const name of ["compare", "tune"]) {
      const { code, text } = await run(clone, name, "--help");
      assertEquals(code, 0, `${name}: ${text}`);
    }
  }));

Deno.test("a folder with a comma, which cannot be permitted, is named in one sentence", () =>
  inFolder(async (folder) => {
    const caller = join(folder, "a,b");
    await Deno.mkdir(caller);
    for (const [name, ...args] of [["image"], ["nerf", "--show-cameras"], ["image", "--resume", "runs/image/a"]]) {
      const { code, stderr } = await outcome(startTask(name, args, caller));
      assertEquals(code, 1);
      assertMatch(
        stderr,
        /^error: .*a,b\/runs: expected a path without commas, found one with a comma, .*another folder, or .*: deno run -A .*\n$/,
      );
    }
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["a,b"]);
  }));
