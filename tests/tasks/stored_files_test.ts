import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { ComparisonFolder } from "../../tasks/compare/store.ts";
import { removeRun } from "../../tasks/run/remove_run.ts";
import { command } from "../../tasks/image/command.ts";
import { checkShape, number, object, optional, record, text } from "../../tasks/shell/shape.ts";
import { storedValues } from "../../tasks/shell/options.ts";
import { UserError } from "../../tasks/shell/user_error.ts";
import { fastClock } from "../support/clock.ts";
import { imageTask, smoothPng, tiny } from "../support/image_task.ts";
import { taskHere } from "../support/task_here.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

/** Values that no file of ours has, at any place. Converted to text, some of them throw. */
const foreign: unknown[] = [
  null,
  { toString: 1, valueOf: 1 },
  [[[]]],
  { length: 1 },
  "\u001b[2J\n",
  -1.5,
  true,
];

/** Copies of a value with one of its members, at any depth, replaced. */
function* replaced(value: unknown, by: unknown): Generator<unknown> {
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    const copy = (other: unknown) =>
      Array.isArray(value) ? value.with(Number(name), other) : { ...value, [name]: other };
    yield copy(by);
    for (const deeper of replaced(member, by)) yield copy(deeper);
  }
}

/** Checks that a refusal is one printable sentence that begins with the file. */
function assertSentence(error: Error, file: string): void {
  assert(error instanceof UserError, `${error.stack}`);
  assert(error.message.startsWith(file), error.message);
  assertMatch(error.message, /^[^\p{Cc}]*: expected [^\p{Cc}]+, found [^\p{Cc}]+\.$/u);
  assert(!/object Object|primitive|undefined|JSON at position/.test(error.message), error.message);
}

Deno.test("a shape names the place, what it expects and what is there", () => {
  const shape = object({ a: record(object({ n: number({ whole: true, min: 1, max: 9 }) })), b: optional(text()) });
  const refused = (value: unknown, message: string) =>
    assertThrows(() => checkShape(value, shape, "f.json"), UserError, message);
  assertEquals(checkShape({ a: { x: { n: 9 } }, other: 1 }, shape, "f.json").a.x.n, 9);
  refused([], "f.json: expected an object, found a list of 0.");
  refused({}, "f.json, a: expected an object, found none.");
  refused({ a: { x: { n: 0 } } }, "f.json, a.x.n: expected a whole number from 1 to 9, found 0.");
  refused({ a: { "x y": { n: "1" } } }, 'f.json, a["x y"].n: expected a whole number from 1 to 9, found "1".');
  refused({ a: {}, b: {} }, "f.json, b: expected a text, found an object.");
  refused({ a: {}, b: null }, "f.json, b: expected a text, found null.");
  refused(JSON.parse('{"__proto__":{"a":{}}}'), "f.json, a: expected an object, found none.");
});

Deno.test("a stored option has the type and the range of its option", () => {
  const stored = { width: 8, betas: [0.9, 0.99], kernels: "register", dryRun: false, image: "a.png" };
  const values = storedValues(stored, command, { file: "config.json", key: "options" });
  assertEquals([values.width, values.kernels, values.image], [8, "register", "a.png"]);
  for (const value of [...foreign, "8", 0, 1e9, [8]]) {
    const error = assertThrows(
      () => storedValues({ width: value }, command, { file: "config.json", key: "options" }),
      UserError,
    );
    assertMatch(
      error.message,
      /^config\.json, options\.width: expected an integer from 1 to 4096, found [^\p{Cc}]+\.$/u,
    );
  }
  for (const value of [null, {}, 3, ["a"]]) {
    assertSentence(
      assertThrows(() => storedValues({ image: value }, command, { file: "config.json", key: "options" }), UserError),
      "config.json",
    );
    assertSentence(
      assertThrows(() => storedValues({ name: [value] }, command, { file: "config.json", key: "options" }), UserError),
      "config.json",
    );
  }
});

Deno.test("every member of a comparison's files is checked, and a run's name never leads out of the comparison", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
    using _ = fastClock(16);
    const compare = (...args: string[]) => taskHere("compare", args, folder);
    const few = [
      "--activations",
      "sine",
      "--optimizers",
      "adam",
      "--seeds",
      "1",
      "--epochs",
      "1",
    ];
    const made = await compare("--input", "picture.png", ...few, ...tiny, "--name", "c");
    assertEquals(made.code, 0, made.stderr);
    const path = join(folder, "runs", "compare", "c");
    const [record, results] = [join(path, "comparison.json"), join(path, "results.jsonl")];
    const [recordText, lines] = [await Deno.readTextFile(record), await Deno.readTextFile(results)];
    const comparison = (await ComparisonFolder.readRecord(path))!;
    // A run that other load disturbed is made twice.
    const run = JSON.parse(lines.trimEnd().split("\n").at(-1)!);

    // A folder that came from elsewhere must not make the comparison remove anything outside of itself.
    const victim = join(folder, "runs", "victim");
    await Deno.mkdir(victim);
    await Deno.writeTextFile(join(victim, "precious"), "");
    for (const id of ["../../victim", victim, "..", "sine-adam-s1", ".hidden", ""]) {
      await Deno.writeTextFile(results, `${JSON.stringify({ ...run, id, seconds: 1e9 })}\n`);
      const again = await (id === "../../victim" ? compare("--resume", path) : undefined);
      if (again !== undefined) {
        const message = `error: ${results}, line 1, id: expected "sine-adam-s0", found "../../victim".`;
        assertEquals([again.code, again.stderr.trimEnd().split("\n").at(-1)], [1, message]);
      }
      const store = await ComparisonFolder.open(path);
      assertSentence(await assertRejects(() => store.results(comparison), UserError), results);
      if (id !== "sine-adam-s1") assertThrows(() => store.runPath(id), Error, "name of a run: expected 1 to 128");
    }
    assertEquals(namesIn(victim), ["precious"]);

    // A run of another seed would change the medians.
    await Deno.writeTextFile(results, `${JSON.stringify({ ...run, seed: 77, id: "sine-adam-s77" })}\n`);
    const store = await ComparisonFolder.open(path);
    const more = await assertRejects(() => store.results(comparison), UserError);
    assertEquals(more.message, `${results}, line 1, seed: expected a number below 1, found 77.`);
    await Deno.writeTextFile(results, lines);

    // Another figure than the task's, and names that a terminal or a browser would obey.
    const stored = JSON.parse(recordText);
    await Deno.writeTextFile(record, JSON.stringify({ ...stored, quality: { ...stored.quality, figure: "beauty" } }));
    const other = await compare("--resume", path);
    assertEquals(other.code, 1);
    assertMatch(other.stderr, /line 1, figures.beauty: expected a number, found none\.\n$/);
    const run77 = { ...run, figures: { ...run.figures, beauty: 1 } };
    await Deno.writeTextFile(results, `${JSON.stringify(run77)}\n`);
    assertMatch(
      (await compare("--resume", path)).stderr,
      /expected the figure "beauty" in every line of metrics.jsonl/,
    );
    await Deno.writeTextFile(results, lines);
    const evil = "\u001b[2J<script>alert(1)</script>```";
    const [, ...inputs] = stored.settings.inputs;
    const first = { ...stored.settings.inputs[0], name: "<img onerror=x>" };
    const settings = { ...stored.settings, inputs: [first, ...inputs] };
    await Deno.writeTextFile(record, JSON.stringify({ ...stored, settings, command: evil }));
    assertEquals((await compare("--resume", path)).code, 0);
    for (const file of ["report.md", "report.html"]) {
      const report = await Deno.readTextFile(join(path, file));
      // deno-lint-ignore no-control-regex
      assert(!/\u001b|<img onerror/.test(report), file);
    }
    await Deno.writeTextFile(record, recordText);

    let [tried, accepted] = [0, 0];
    const read = async (file: string, value: unknown, reader: () => Promise<unknown>) => {
      await Deno.writeTextFile(file, `${JSON.stringify(value)}\n`);
      tried++;
      try {
        await reader();
        accepted++;
      } catch (error) {
        assertSentence(error as Error, file);
      }
    };
    for (const by of foreign) {
      for (const value of replaced(JSON.parse(recordText), by)) {
        await read(record, value, () => ComparisonFolder.readRecord(path));
      }
      const store = await ComparisonFolder.open(path);
      for (const value of replaced(run, by)) await read(results, value, () => store.results(comparison));
    }
    // What is accepted has the right type by chance: a true flag, a text in the place of a path or a command.
    assert(tried > 300 && accepted < tried / 8, `${accepted} of ${tried}`);
    for (const text of ["", "[", "[".repeat(1e5), "nul", "3"]) {
      await Deno.writeTextFile(record, text);
      assertSentence(await assertRejects(() => ComparisonFolder.readRecord(path), UserError), record);
    }
  }));

Deno.test("only a run in a real folder of runs is removed, whatever links say", () =>
  inFolder(async (folder) => {
    const victim = join(folder, "victim");
    await Deno.mkdir(join(victim, "sine-adam-s0"), { recursive: true });
    await Deno.symlink(victim, join(folder, "runs"));
    await assertRejects(() => removeRun(join(folder, "runs", "sine-adam-s0")), UserError, "found a link");
    await Deno.remove(join(folder, "runs"));
    await Deno.mkdir(join(folder, "runs"));
    await Deno.symlink(victim, join(folder, "runs", "linked"));
    await assertRejects(() => removeRun(join(folder, "runs", "linked")), UserError, "found a link");
    await removeRun(join(folder, "runs", "missing"));
    await Deno.mkdir(join(folder, "runs", "real", "below"), { recursive: true });
    await removeRun(join(folder, "runs", "real"));
    assertEquals([namesIn(join(folder, "runs")), namesIn(victim)], [["linked"], ["sine-adam-s0"]]);
  }));

Deno.test("what a kill left in a comparison is removed, and a comparison that is removed meanwhile is not made again", () =>
  inFolder(async (folder) => {
    const path = join(folder, "c");
    const store = await ComparisonFolder.open(path);
    await Deno.writeTextFile(join(path, ".report.md.12-0.part"), "");
    await Deno.writeTextFile(join(path, "results.jsonl"), '{"id":');
    using _lock = await store.lock();
    assertEquals(namesIn(path), [".lock", "results.jsonl"]);
    assertEquals(await Deno.readTextFile(join(path, "results.jsonl")), "");
    await Deno.remove(path, { recursive: true });
    const message = `${path}: expected the folder of the comparison, which is being written, but it was removed`;
    await assertRejects(() => store.write("report.md", ""), UserError, message);
    assertThrows(() => store.runPath("sine-adam-s0"), UserError, message);
    assertEquals(namesIn(folder), []);
  }));

Deno.test("every member of a run's configuration is checked before it is used", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
    const made = await imageTask(folder, "picture.png", "--epochs", "1", "--name", "a", ...tiny);
    assertEquals(made.code, 0, made.stderr);
    const path = join(folder, "runs", "image", "a");
    const file = join(path, "config.json");
    const config = JSON.parse(await Deno.readTextFile(file));
    const tries: [member: string, value: unknown][] = [
      ["image", { width: { toString: 1 }, height: 12, channels: 3 }],
      ["image", "16"],
      ["kernels", { operands: {} }],
      ["kernels", { operands: "register" }],
      ["steps", { valueOf: 3 }],
      ["task", ["image"]],
      ["options", { ...config.options, activation: { toString: null } }],
    ];
    const nested = `{"a":${"[".repeat(1e5)}${"]".repeat(1e5)}}`;
    for (const [member, value] of tries) {
      await Deno.writeTextFile(file, JSON.stringify({ ...config, [member]: value }));
      const { code, stderr } = await imageTask(folder, "--resume", path);
      assertEquals(code, 1);
      assertMatch(stderr.trimEnd().split("\n").at(-1)!, /^error: .*config\.json.*: expected .*, found .*\.$/);
      assert(!/object Object|primitive/.test(stderr), stderr);
    }
    const resume = async () => (await imageTask(folder, "--resume", path)).stderr;
    await Deno.writeTextFile(file, nested);
    assertEquals(await resume(), `error: ${file}: expected JSON of at most 64 levels, found more.\n`);
    await Deno.writeTextFile(file, JSON.stringify(config));
    const metrics = join(path, "metrics.jsonl");
    const lines: [string, string][] = [
      [nested, "expected a JSON object, found "],
      ['{"step":{"toString":1}}', "step: expected a whole number from 0, found an object."],
      ['{"step":1,"psnr":{}}', "psnr: expected a number, a text, true or false, found an object."],
    ];
    for (const [line, sentence] of lines) {
      await Deno.writeTextFile(metrics, `${line}\n{"step":2}\n`);
      const found = await resume();
      assert(found.includes(`error: ${metrics}, line 1`) && found.includes(sentence), found);
    }
  }));
