/**
 * `deno task fit`: trains a field on arrays of your own and writes its values there, plots and checkpoints to a run folder.
 *
 * @module
 */
import { fitTask } from "./fit/task.ts";
import { runTask } from "./shell/main.ts";
import { runTraining } from "./training/run_training.ts";

if (import.meta.main) await runTask((args, signal) => runTraining(fitTask, args, signal));
