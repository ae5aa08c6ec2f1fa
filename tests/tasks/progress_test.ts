import { assertEquals } from "@std/assert";
import { formatDuration, ProgressLine, type ProgressStream } from "../../tasks/shell/progress.ts";

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
