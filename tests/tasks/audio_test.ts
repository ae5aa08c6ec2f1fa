import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { decodeWav, encodeWav } from "../../lib/codec/mod.ts";
import { loadSound } from "../../tasks/audio/load_sound.ts";
import { audioTask } from "../../tasks/audio/task.ts";
import { parseOptions } from "../../tasks/shell/options.ts";
import { runTraining } from "../../tasks/training/run_training.ts";
import { quietly } from "../support/quietly.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

Deno.test("a run on a sound writes it again, with the error and a picture; the part and the channels are as asked", () =>
  inFolder(async (folder) => {
    const run = (...args: string[]) =>
      quietly(folder, () => runTraining(audioTask, args, new AbortController().signal));
    const samples = Float32Array.from({ length: 2 * 4000 }, (_, i) => (i % 2 ? 0.4 : 0.6) * Math.sin((i >> 1) / 9));
    const path = join(folder, "tone.wav");
    await Deno.writeFile(path, encodeWav({ rate: 4000, channels: 2, samples }));
    const tiny = [
      "--width",
      "32",
      "--layers",
      "2",
      "--batch-size",
      "256",
      "--time-scale",
      "20",
      "--learning-rate",
      "1e-3",
    ];
    await run(path, ...tiny, "--start", "0.25", "--seconds", "0.25", "--epochs", "60", "--name", "tone");
    const files = join(folder, "runs", "audio", "tone");
    for (
      const name of ["input.wav", "reconstruction.wav", "error.wav", "waveform.png", "preview.png", "convergence.svg"]
    ) {
      assert((await namesIn(files)).includes(name), name);
    }
    const [input, result] = await Promise.all(
      ["input.wav", "reconstruction.wav"].map(async (name) => decodeWav(await Deno.readFile(join(files, name)))),
    );
    assertEquals([input.channels, input.rate, input.samples.length], [1, 4000, 1000]);
    assert(Math.abs(input.samples[0] - 0.5 * Math.sin(1000 / 9)) < 2 ** -14);
    const error = result.samples.reduce((sum, value, i) => sum + (value - input.samples[i]) ** 2, 0) / 1000;
    const { psnr, snr } = JSON.parse(await Deno.readTextFile(join(files, "summary.json")));
    // Rounding to 16 bits changes the error by less than 1e-3 of it.
    assert(Math.abs(10 * Math.log10(1 / error) - psnr) < 0.05, `${psnr}`);
    assert(psnr > 30 && snr > psnr - 12, `${psnr} ${snr}`);
    const message = (...args: string[]) => run(path, ...args).then(() => undefined, (error) => error.message);
    assertStringIncludes(await message("--start", "1.5"), "expected a moment before the end of");
    await Deno.writeFile(path, encodeWav({ rate: 4000, channels: 2, samples: samples.toReversed() }));
    assertStringIncludes(
      await run("--resume", files, "--epochs", "80").catch((error) => error.message),
      "tone.wav: expected the samples that the run began with, found different ones.",
    );
    await Deno.writeFile(path, encodeWav({ rate: 8000, channels: 2, samples }));
    const refused = await run("--resume", files, "--epochs", "80").catch((error) => error.message);
    assertStringIncludes(
      refused,
      "expected 1000 samples of 1 channel at 4000 Hz, as when the run began, found 2000 samples",
    );
  }));

Deno.test("one warning says that samples beyond full scale are cut in the files of a run, but not in training", () =>
  inFolder(async (folder) => {
    // A file of 8 floats has the size of one of 16 integers of 16 bits.
    const bytes = encodeWav({ rate: 8000, channels: 1, samples: new Float32Array(16) });
    const view = new DataView(bytes.buffer);
    for (const [at, value] of [[20, 3], [32, 4], [34, 32]]) view.setUint16(at, value, true);
    view.setUint32(28, 32000, true);
    [0, 2.5, -0.5, 1, -1, -1.5, 0.25, 0].forEach((sample, i) => view.setFloat32(44 + 4 * i, sample, true));
    const path = join(folder, "loud.wav");
    await Deno.writeFile(path, bytes);
    const { values } = parseOptions([path], audioTask.command);
    let samples: number[] = [];
    const said = await quietly(folder, async () => {
      samples = [...(await loadSound(values)).samples];
    });
    assertEquals(samples, [0, 2.5, -0.5, 1, -1, -1.5, 0.25, 0]);
    assertEquals(
      said,
      `warning: ${path}: 2 of 8 samples are beyond full scale, up to 2.50: the field learns them as they are, but the WAV ` +
        "files of the run have them cut to ±1.",
    );
  }));
