import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { Access } from "../../tasks/watch/access.ts";
import { handler } from "../../tasks/watch/handler.ts";
import { Live } from "../../tasks/watch/live.ts";
import { MetricsTail } from "../../tasks/watch/metrics_tail.ts";
import { qualityOf, readRun } from "../../tasks/run_list/found_run.ts";
import { capitalLabel } from "../../tasks/run/page/labels.js";
import { WatchedRun } from "../../tasks/watch/watched_run.ts";
import { WatchedRuns } from "../../tasks/watch/watched_runs.ts";
import { passes } from "../../tasks/watch/page/filter.js";
import { BrowserPage, chromium, chromiumNote } from "../support/chromium.ts";
import { smoothPng } from "../support/image_task.ts";
import { outcome, readUntil, startTask } from "../support/process.ts";
import { inFolder } from "../support/temporary_folder.ts";

const options = { activation: "sine", optimizer: "adam", schedule: "cosine" };
const config = { task: "image", options, optimizer: { name: "adam", learningRate: 0.001 }, steps: 20 };

/** Writes what a run leaves. */
async function writeRun(path: string, lines: number, status?: string): Promise<void> {
  await Deno.mkdir(path, { recursive: true });
  await Deno.writeTextFile(join(path, "config.json"), JSON.stringify(config));
  const records = Array.from({ length: lines }, (_, i) => ({ step: i + 1, seconds: i / 2, psnr: 20 + i / lines }));
  await Deno.writeTextFile(join(path, "metrics.jsonl"), records.map((each) => `${JSON.stringify(each)}\n`).join(""));
  await Deno.writeFile(join(path, "input.png"), smoothPng(8, 6));
  await Deno.writeFile(join(path, "reconstruction.png"), smoothPng(8, 6));
  if (status === undefined) return;
  await Deno.writeTextFile(join(path, "summary.json"), JSON.stringify({ status, steps: lines, psnr: 21, seconds: 9 }));
}

/** Asks a handler without a server. */
function client(root: string, token?: string, loopback = true) {
  const answer = handler(new Live(new WatchedRuns(root), 20), new Access(token, loopback));
  return (path: string, init: RequestInit = {}, host = "127.0.0.1:8642") =>
    answer(new Request(`http://${host}${path}`, init));
}

/** The data of the next event of a kind. */
async function nextEvent(reader: ReadableStreamDefaultReader<Uint8Array>, kind: string) {
  const text = await readUntil(reader, (text) => new RegExp(`event: ${kind}\ndata: .*\n\n`).test(text));
  return JSON.parse(new RegExp(`event: ${kind}\ndata: (.*)\n\n`).exec(text)![1]);
}

Deno.test("runs of any depth appear, change and go while a browser listens, and a broken one is named", () =>
  inFolder(async (root) => {
    await writeRun(join(root, "image", "a"), 5, "finished");
    await writeRun(join(root, "compare", "c", "runs", "b"), 3);
    await writeRun(join(root, "image", ".hidden.new"), 3);
    await Deno.symlink(join(root, "image", "a"), join(root, "image", "link"));
    await Deno.mkdir(join(root, "image", "broken"));
    await Deno.writeTextFile(join(root, "image", "broken", "config.json"), `{"task": `);
    const ask = client(root);
    const { body, headers } = await ask("/events");
    assertEquals(headers.get("content-type"), "text/event-stream");
    const reader = body!.getReader();
    const { rows } = await nextEvent(reader, "runs");
    const ids = (each: { id: string }[]) => each.map(({ id }) => id).sort();
    assertEquals(ids(rows), ["compare/c/runs/b", "image/a", "image/broken"]);
    const byId = new Map(rows.map((row: { id: string }) => [row.id, row])) as Map<string, Record<string, unknown>>;
    const { status, field, optimizer, rate, schedule, figure, quality, step, steps } = byId.get("image/a")!;
    assertEquals([status, field, optimizer, rate, schedule], ["finished", "sine", "adam", 0.001, "cosine"]);
    assertEquals([figure, quality, step, steps], ["psnr", 21, 5, 20]);
    assertEquals(byId.get("compare/c/runs/b")!.status, "interrupted");
    assertStringIncludes(String(byId.get("image/broken")!.problem), "config.json: expected JSON");

    await writeRun(join(root, "nerf", "new"), 1);
    await Deno.remove(join(root, "image", "a"), { recursive: true });
    const seen: string[] = [];
    const gone: string[] = [];
    while (!seen.includes("nerf/new") || !gone.includes("image/a")) {
      const changes = await nextEvent(reader, "changes");
      seen.push(...ids(changes.rows));
      gone.push(...changes.gone);
    }
    await reader.cancel();
    assertEquals((await ask("/api/run?run=image/a")).status, 404);
  }));

Deno.test("a run's quality is that of the list of runs, with its name, its digits and its unit", () =>
  inFolder(async (root) => {
    const qualities = async (figures: Record<string, number>) => {
      const path = join(root, "run");
      await writeRun(path, 1);
      await Deno.writeTextFile(join(path, "metrics.jsonl"), `${JSON.stringify({ step: 1, ...figures })}\n`);
      await Deno.writeTextFile(join(path, "summary.json"), JSON.stringify({ steps: 1, ...figures }));
      const { figure, quality, qualityForm } = await new WatchedRun(path, "run").read();
      const listed = qualityOf((await readRun(path, "image", "run"))!);
      assertEquals([qualityForm?.label, quality], [listed?.label, listed?.value]);
      return [figure, quality, qualityForm?.digits, qualityForm?.unit];
    };
    assertEquals(await qualities({ loss: 1, snr: -19.5, gain: -0.5, trainGain: 1 }), ["gain", -0.5, 2, " dB"]);
    assertEquals(await qualities({ loss: 1, mae: 0.5, snr: 8 }), ["snr", 8, 2, " dB"]);
    assertEquals(await qualities({ loss: 1, accuracy: 0.75 }), ["accuracy", 0.75, 4, undefined]);
    assertEquals(capitalLabel("mae"), "Mean absolute error");
    assertEquals(capitalLabel("trainSnr"), "SNR on training samples (dB)");
  }));

Deno.test("only files of runs are served, by way of no link, and none can run a script", () =>
  inFolder(async (folder) => {
    const root = join(folder, "runs");
    const run = join(root, "image", "a b");
    await writeRun(run, 5, "finished");
    await Deno.writeTextFile(join(folder, "secret.json"), "{}");
    await Deno.writeTextFile(join(root, "outside.json"), "{}");
    await Deno.writeTextFile(join(run, ".hidden.json"), "{}");
    await Deno.writeTextFile(join(run, "index.html"), "<script>alert(1)</script>");
    await Deno.symlink(join(folder, "secret.json"), join(run, "link.json"));
    await Deno.symlink(folder, join(run, "up"));
    const ask = client(root);
    const reader = (await ask("/events")).body!.getReader();
    await nextEvent(reader, "runs");
    const files = "/files/image/a%20b";
    const page = await ask(`${files}/index.html`);
    assertEquals([page.status, page.headers.get("x-content-type-options")], [200, "nosniff"]);
    assertMatch(page.headers.get("content-security-policy")!, /^sandbox; default-src 'none'/);
    assertEquals((await page.text()).length, 25);
    const refused = [
      ...[
        "link.json",
        "up/secret.json",
        ".hidden.json",
        "../../outside.json",
        "..%2f..%2f..%2fsecret.json",
        "none.png",
      ],
      ...["%00.json", "..%5csecret.json", "up%2fsecret.json", ".lock"],
    ];
    for (const path of refused) assertEquals((await ask(`${files}/${path}`)).status, 404, path);
    assertEquals((await ask("/files/outside.json")).status, 404);
    assertEquals((await ask("/files/%ff")).status, 400);
    assertEquals((await ask("/", { method: "POST" })).status, 405);
    assertEquals((await ask("/", {}, "evil.example:8642")).status, 403);
    assertMatch((await ask("/")).headers.get("content-security-policy")!, /script-src 'self' 'sha256-/);
    await reader.cancel();
  }));

Deno.test("where a token is needed, the address with it opens the page, and the browser's cookie the rest", () =>
  inFolder(async (root) => {
    const ask = client(root, "0123abcd", false);
    for (const path of ["/", "/events", "/?token=0123abce", "/files/a/input.png"]) {
      assertEquals((await ask(path, {}, "10.0.0.1:8642")).status, 401, path);
    }
    const opened = await ask("/?token=0123abcd", {}, "10.0.0.1:8642");
    assertEquals(opened.status, 200);
    const cookie = opened.headers.get("set-cookie")!;
    assertMatch(cookie, /^watch-8642=0123abcd; HttpOnly; SameSite=Strict/);
    const headers = { cookie: cookie.split(";")[0] };
    assertEquals((await ask("/watch.css", { headers }, "10.0.0.1:8642")).status, 200);
  }));

Deno.test("of a growing file only whole new lines are read, and a replaced one from its beginning", () =>
  inFolder(async (folder) => {
    const path = join(folder, "metrics.jsonl");
    const tail = new MetricsTail(path);
    assertEquals([await tail.read(), tail.lines.length], [false, 0]);
    await Deno.writeTextFile(path, `{"step": 1}\nnonsense\n{"step": `);
    assertEquals([await tail.read(), tail.lines], [true, [{ step: 1 }]]);
    assertEquals(await tail.read(), false);
    await Deno.writeTextFile(path, `2}\n{"step": "NaN"}\n`, { append: true });
    await tail.read();
    assertEquals(tail.lines, [{ step: 1 }, { step: 2 }, { step: NaN }]);
    await Deno.writeTextFile(`${path}.new`, `{"step": 5}\n`);
    await Deno.rename(`${path}.new`, path);
    assertEquals([await tail.read(), tail.lines, tail.generation], [true, [{ step: 5 }], 1]);
    await Deno.remove(path);
    assertEquals([await tail.read(), tail.lines], [true, []]);
  }));

Deno.test("ten thousand measurements are read once and then from where a browser is", () =>
  inFolder(async (root) => {
    await writeRun(join(root, "a"), 10_000);
    const ask = client(root);
    const reader = (await ask("/events")).body!.getReader();
    await nextEvent(reader, "runs");
    const curves = async (from: number) => await (await ask(`/api/curves?run=a&from=${from}`)).json();
    const all = await curves(0);
    assertEquals([all.count, all.columns.psnr.length, all.columns.step[9999]], [10_000, 10_000, 10_000]);
    assertEquals((await curves(9_998)).columns.step, [9_999, 10_000]);
    await reader.cancel();
  }));

Deno.test("the filter takes words and conditions", () => {
  const row = { id: "image/a", status: "finished", optimizer: "soap", quality: 31.5, rate: undefined, field: "sine" };
  const yes = ["", "SOAP image", "optimizer=soap quality>30", "quality>=31.5", "quality=31.5", "status=Finished sine"];
  const no = ["adam", "optimizer=adam", "quality<31", "rate>0", "soap quality>32", "unknown=3"];
  assertEquals([yes.map((text) => passes(row, text)), no.map((text) => passes(row, text))], [
    yes.map(() => true),
    no.map(() => false),
  ]);
});

Deno.test(
  "the task listens on this machine, and the page shows runs in a browser" + chromiumNote,
  () =>
    inFolder(async (folder) => {
      await writeRun(join(folder, "runs", "image", "<i>a<"), 5, "finished");
      const server = startTask("watch", ["--port", "0"], folder);
      const stdout = server.stdout.getReader();
      const text = await readUntil(stdout, (text) => /ssh -L/.test(text));
      const [, address] = /(http:\/\/127\.0\.0\.1:\d+\/)/.exec(text)!;
      try {
        const scripts = await (await fetch(`${address}scripts/app.js`)).text();
        assertStringIncludes(scripts, "EventSource");
        if (chromium !== undefined) assertMatch(await shownText(address), /<i>a<\s.*finished\s.*21\.00 dB/s);
      } finally {
        server.kill("SIGINT");
        await Promise.all([server.stderr.cancel(), stdout.cancel(), server.status]);
      }
      assertEquals((await server.status).code, 130);
    }),
);

Deno.test("what the task is not permitted to do is said with the command that permits it", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "runs"));
    const elsewhere = await outcome(startTask("watch", ["--host", "0.0.0.0"], folder));
    assertEquals(elsewhere.code, 1);
    assertMatch(
      elsewhere.stderr,
      /^error: expected permission to listen on 0\.0\.0\.0, .*--allow-net=0\.0\.0\.0 \/\S+\/tasks\/watch\.ts .*--host 0\.0\.0\.0\n$/,
    );
    const other = await outcome(startTask("watch", [".."], folder));
    assertMatch(other.stderr, /^error: expected permission to read \S+, found none: .*deno run --allow-read=\S+ .*\n$/);
    assertEquals(other.code, 1);
  }));

Deno.test("a folder that is not there is refused before any command is offered, wherever it would be", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "runs"));
    await Deno.writeTextFile(join(folder, "file"), "");
    for (const [typed, found] of [["runs/none", "none"], ["none", "none"], ["file", "a file"]]) {
      const { code, stderr } = await outcome(startTask("watch", [typed, "--host", "0.0.0.0"], folder));
      assertEquals(code, 1);
      assertEquals(stderr, `error: ${join(folder, typed)}: expected a folder with runs, found ${found}.\n`);
    }
  }));

/** The text that a browser shows some seconds after it has opened a page. */
async function shownText(address: string): Promise<string> {
  await using page = await BrowserPage.open(address);
  let text = "";
  for (let attempt = 0; attempt < 300 && !text.includes("dB\t"); attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    text = await page.evaluate("document.body?.innerText ?? ''");
  }
  return text;
}
