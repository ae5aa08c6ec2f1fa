/**
 * `deno task image`: trains a field on a picture and writes the reconstruction, plots and checkpoints to a run folder.
 *
 * @module
 */
import { imageTask } from "./image/task.ts";
import { runTask } from "./shell/main.ts";
import { runTraining } from "./training/run_training.ts";

if (import.meta.main) await runTask((args, signal) => runTraining(imageTask, args, signal));
