import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { bestOptimizers } from "../../tasks/training/optimizer_defaults.ts";
import { imageTask, smoothPng, tiny } from "../support/image_task.ts";
import { inFolder } from "../support/temporary_folder.ts";

Deno.test("--optimizer auto becomes an optimizer with its rate and schedule in config.json; what is typed wins", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
    const { optimizer, learningRate, schedule } = bestOptimizers.image["relu-pe"]!;
    const run = async (name: string, ...args: string[]) => {
      const auto = ["--activation", "relu-pe", "--optimizer", "auto", "--epochs", "1", "--name", name, ...args];
      const result = await imageTask(folder, "picture.png", ...tiny, ...auto);
      assertEquals(result.code, 0, result.stderr);
      const config = JSON.parse(await Deno.readTextFile(join(folder, "runs", "image", name, "config.json")));
      return [config.options.optimizer, config.optimizer.name, config.optimizer.learningRate, config.options.schedule];
    };
    assertEquals(await run("best"), [optimizer, optimizer, learningRate, schedule]);
    assertEquals(await run("typed", "--learning-rate", "0.5", "--schedule", "step"), [
      optimizer,
      optimizer,
      0.5,
      "stepDecay",
    ]);
  }));
