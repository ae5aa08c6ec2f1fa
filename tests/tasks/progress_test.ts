import { assertEquals } from "@std/assert";
import { formatDuration, ProgressLine, type ProgressStream } from "../../tasks/shell/progress.ts";
import { plainText, terminalText } from "../../tasks/shell/progress_text.ts";

function fakeStream(inPlace: boolean, columns = 80): ProgressStream & { text: string } {
  return {
    text: "",
    inPlace: () => inPlace,
    columns: () => columns,
    write(text) {
      this.text += text;
    },
  };
}

Deno.test("on a terminal the line is overwritten, cut to the width and left complete", () => {
  const stream = fakeStream(true, 10);
  let time = 0;
  {
    using progress = new ProgressLine({ stream, now: () => time });
    progress.update("step 1");
    progress.update("step 2"); // too soon to show
    time += 100;
    progress.update("a line that is too long");
    progress.print("note");
    progress.update("last");
  }
  const erase = "\r\x1b[K";
  assertEquals(stream.text, `${erase}step 1${erase}a line t…${erase}note\n${erase}a line t…${erase}last\n`);
});

Deno.test("elsewhere a plain line is written every few seconds, and the last one always", () => {
  const stream = fakeStream(false);
  let time = 0;
  const progress = new ProgressLine({ stream, now: () => time, interval: 5 });
  for (; time <= 12_000; time += 1000) progress.update(`second ${time / 1000}`);
  progress.print("note");
  progress.finish();
  progress.finish();
  assertEquals(stream.text, "second 0\nsecond 5\nsecond 10\nnote\nsecond 12\n");
});

Deno.test("what begins is shown at once on a terminal, and elsewhere only if it goes on; what is over can be erased", async () => {
  const [terminal, log] = [fakeStream(true), fakeStream(false)];
  for (const stream of [terminal, log]) {
    const progress = new ProgressLine({ stream });
    progress.begin("reading");
    progress.begin("measuring");
    progress.clear();
    progress.finish();
  }
  assertEquals([terminal.text, log.text], ["\r\x1b[Kreading\r\x1b[Kmeasuring\r\x1b[K", ""]);
  using progress = new ProgressLine({ stream: log });
  progress.begin("reading");
  progress.begin("reading on");
  await new Promise((resolve) => setTimeout(resolve, 2100));
  assertEquals(log.text, "reading on\n");
});

Deno.test("what was said to have begun gives way to the first progress at once", async () => {
  const stream = fakeStream(false);
  using progress = new ProgressLine({ stream });
  progress.begin("compiling");
  await new Promise((resolve) => setTimeout(resolve, 2100));
  progress.begin("choosing"); // too soon to show
  progress.update("step 1");
  progress.update("step 2"); // too soon to show
  assertEquals(stream.text, "compiling\nstep 1\n");
});

Deno.test("a bar, the time left and what is being done fit any terminal; details take the room that is left", () => {
  const eta = "ETA 2 min 10 s";
  const progress = { what: "training", part: 0.456, details: "PSNR 26.91 dB  loss 3.10e-3  step 300" };
  assertEquals(
    terminalText(progress, eta, 79),
    "training █████████░░░░░░░░░░░  45 %  ETA 2 min 10 s  PSNR 26.91 dB  loss 3.10e…",
  );
  assertEquals(terminalText(progress, eta, 39), "training ████░░░░  45 %  ETA 2 min 10 s");
  assertEquals(
    terminalText({ ...progress, what: "scoring 1000000 points" }, eta, 42),
    "scoring 10… ████░░░░  45 %  ETA 2 min 10 s",
  );
  assertEquals(terminalText({ what: "reading" }, "ETA 3.0 s", 40), "reading ETA 3.0 s");
  assertEquals(plainText({ what: "test view 3 of 4", part: 0.62, left: 9 }), "test view 3 of 4: 62 %");
  assertEquals(plainText({ ...progress, plain: "epoch 3\n  step 300" }), "epoch 3 step 300");
});

Deno.test("a progress line that was never updated writes nothing", () => {
  const stream = fakeStream(true);
  new ProgressLine({ stream }).finish();
  assertEquals(stream.text, "");
});

Deno.test("durations round to what a person wants to know", () => {
  const expected: [number, string][] = [
    [0, "0.0 s"],
    [0.42, "0.4 s"],
    [9.96, "10 s"],
    [59.4, "59 s"],
    [59.6, "1 min 00 s"],
    [185, "3 min 05 s"],
    [3599.7, "1 h 00 min"],
    [7620, "2 h 07 min"],
    [97_200, "1 d 03 h"],
    [86_390, "1 d 00 h"],
    [NaN, "?"],
    [Infinity, "?"],
    [-1, "?"],
  ];
  for (const [seconds, text] of expected) assertEquals(formatDuration(seconds), text);
});
