import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { basename, join } from "@std/path";
import { readPictureHeader } from "../../lib/codec/mod.ts";
import { imageTask as imageTraining } from "../../tasks/image/task.ts";
import { exif } from "../codec/image/jpeg_builder.ts";
import { chunk } from "../codec/image/png_builder.ts";
import { exists } from "../support/exists.ts";
import { imageProcess, imageTask, smoothPng, tiny } from "../support/image_task.ts";
import { inFolder } from "../support/temporary_folder.ts";

/** A folder with a picture of 16 × 12 pixels, gone after the test. */
function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
    await test(folder);
  });
}

Deno.test("what cannot be trained on is refused with one sentence, and no run is left", () =>
  withFolder(async (folder) => {
    await new Deno.Command("mkfifo", { args: [join(folder, "pipe.png")] }).output();
    const refused: [args: string, sentence: RegExp][] = [
      ["missing.png", /missing\.png: cannot be read: there is no such file\./],
      [".", /cannot be read: it is a folder\./],
      ["/dev/zero", /\/dev\/zero: cannot be read: it is a device\./],
      ["pipe.png", /pipe\.png: cannot be read: it is a pipe; save its content to a file first\./],
      ["picture.png/x.png", /x\.png: cannot be read: a part of its path is no folder\./],
      ["\x1b[31m\x9b1m\u202e.png", /\?\[31m\?1m\?\.png: cannot be read: there is no such file\./],
      ["picture.png --crop 15,11,2,1", /--crop: 2×1 pixels at \(15, 11\) exceed the picture of 16×12\./],
      ["picture.png --crop 1,,1,1", /--crop: expected X,Y,W,H in whole pixels, found "1,,1,1"\./],
      ["picture.png --crop 0,0,0,1", /--crop: width: expected a whole number of at least 1, found 0\./],
      [
        "picture.png --size 9000000",
        /--size 9000000: .* but a buffer of this adapter holds at most \d+ MiB; choose a smaller --size or a --crop\./,
      ],
      [
        "picture.png --activation sine --sigma 1",
        /--sigma: the activation sine has no such hyper-parameter; it belongs to .*\./,
      ],
    ];
    for (const [args, sentence] of refused) {
      // What may be read of devices depends on the permissions of the task.
      const by = args.startsWith("/dev") ? imageProcess : imageTask;
      const { code, stdout, stderr } = await by(folder, ...args.split(" "), "--name", "x");
      assertEquals([code, stdout], [1, ""]);
      assert(new RegExp(`^error: .*${sentence.source}\n$`).test(stderr), stderr);
    }
    assertEquals(exists(join(folder, "runs")), false);
  }));

Deno.test("a picture is turned upright, and one warning tells that its colours are not sRGB", () =>
  withFolder(async (folder) => {
    const png = smoothPng(16, 12);
    const turned = [
      ...png.subarray(0, 33),
      ...chunk("gAMA", [0, 1, 0x86, 0xa0]),
      ...chunk("eXIf", exif(6).slice(6)),
      ...png.subarray(33),
    ];
    await Deno.writeFile(join(folder, "turned.png"), Uint8Array.from(turned));
    const { code, stderr } = await imageTask(folder, "turned.png", ...tiny, "--epochs", "1", "--name", "x");
    assertEquals(code, 0);
    const warnings = stderr.split("\n").filter((line) => line.startsWith("warning: "));
    const picture = join(folder, "turned.png");
    assertEquals(warnings, [`warning: ${picture}: the picture has a gamma of 1; its pixels are taken as sRGB.`]);
    const input = readPictureHeader(await Deno.readFile(join(folder, "runs", "image", "x", "input.png")));
    assertEquals([input.width, input.height], [12, 16]);
    const plain = await imageTask(folder, "picture.png", ...tiny, "--epochs", "1");
    assert(!plain.stderr.includes("warning"), plain.stderr);
  }));

Deno.test("a run's name is checked before its picture is read", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(join(folder, "runs", "image", "mine"), { recursive: true });
    await Deno.writeTextFile(join(folder, "runs", "image", "mine", "notes.txt"), "");
    const taken = await imageTask(folder, "missing.png", "--name", "mine");
    assertStringIncludes(taken.stderr, "a run of this name exists");
    const odd = await imageTask(folder, "missing.png", "--name", "../mine");
    assertStringIncludes(odd.stderr, "run name: expected");
    assertEquals([taken.code, odd.code], [1, 1]);
  }));

Deno.test("a run is resumed only as it was, and says what is wrong with its folder", () =>
  withFolder(async (folder) => {
    const path = join(folder, "runs", "image", "mine");
    const first = await imageTask(folder, "picture.png", "--epochs", "2", "--name", "mine", ...tiny);
    assertEquals(first.code, 0, first.stderr);
    const read = async (name: string) => await Deno.readTextFile(join(path, name));
    const [config, metrics] = [await read("config.json"), await read("metrics.jsonl")];
    const resume = async (...args: string[]) => {
      const { code, stderr } = await imageTask(folder, "--resume", path, ...args);
      return `${code} ${stderr}`;
    };

    const done = await resume();
    assertStringIncludes(
      done,
      "0 The run has made its 6 steps already. To train further, resume it with a larger --epochs, or with --minutes.",
    );
    assertEquals(await read("metrics.jsonl"), metrics);

    assertStringIncludes(await resume("--epochs", "1"), "1 error: --epochs 1: the run has made 2.0 epochs already.");
    const help = imageTraining.command.options.find(({ name }) => name === "resume")!.help;
    assertStringIncludes(help, "--deadline, --conclude, --adapter, --software, --on-divergence and --on-write-error");
    assertStringIncludes(
      await resume("--batch-size", "7"),
      "may be given only with --epochs, --minutes, --deadline, --conclude, --adapter, --software, --on-divergence and --on-write-error, but --batch-size",
    );
    assertStringIncludes(
      await resume("picture.png"),
      "may be given only with --epochs, --minutes, --deadline, --conclude, --adapter, --software, --on-divergence and --on-write-error, but the argument image was given",
    );

    const broken: [from: string, to: string, sentence: string][] = [
      ['"width": 8', '"width": 0', "config.json, options.width: expected an integer from 1 to 4096"],
      ['"task": "image"', '"task": "other"', 'config.json, task: expected image, found "other".'],
      ['"options"', '"settings"', "config.json, options: expected an object, found none."],
      ['"steps": 6', '"steps": null', "config.json, steps: expected a whole number from 1, found null."],
      [
        '"height": 12',
        '"height": 13',
        "expected 16×13×3 (width×height×channels), as when the run began, found 16×12×3.",
      ],
    ];
    for (const [from, to, sentence] of broken) {
      assertStringIncludes(config, from);
      await Deno.writeTextFile(join(path, "config.json"), config.replace(from, to));
      const outcome = await resume("--epochs", "3");
      assert(outcome.startsWith("1 error: "), outcome);
      assertStringIncludes(outcome, sentence);
    }
    await Deno.writeTextFile(join(path, "config.json"), config);

    const checkpoints = [...Deno.readDirSync(join(path, "checkpoints"))].map(({ name }) => name).sort();
    const latest = join(path, "checkpoints", checkpoints.at(-1)!);
    const whole = await Deno.readFile(latest);
    await Deno.truncate(latest, 100);
    const outcome = await resume();
    assertStringIncludes(outcome, `0 ${latest}: truncated: `);
    assertStringIncludes(outcome, "The checkpoint of step 3 is used instead.\n");
    assertEquals(await Deno.readFile(join(path, "checkpoints", basename(latest))), whole);
  }));
