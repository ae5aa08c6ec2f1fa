import type { Values } from "../shell/command.ts";
import { defineCommand } from "../shell/options.ts";
import {
  BEST_OPTIMIZER_OPTION,
  NETWORK_OPTIONS,
  PAPER_OPTION,
  RUN_OPTIONS,
  SCHEDULES,
  UPDATE_OPTIONS,
} from "../training/options.ts";

/** Epochs where neither epochs nor minutes are given. */
export const DEFAULT_EPOCHS = 4;

/** The options of `deno task occupancy`. */
export const command = defineCommand({
  usage: "deno task occupancy",
  summary:
    "Trains a neural field on a mesh: (x, y, z) in [-1, 1]³ to the logit of being inside, and extracts a mesh again.",
  positionals: [{ name: "mesh", help: "OBJ, PLY, STL or OFF, also .gz", defaultText: "a rabbit from an npm package" }],
  options: [
    ...NETWORK_OPTIONS,
    { name: "sigma", kind: "number", exclusiveMin: 0, help: "Width of gaussian", defaultText: "0.09" },
    BEST_OPTIMIZER_OPTION,
    ...UPDATE_OPTIONS,
    {
      name: "schedule",
      kind: "choice",
      choices: SCHEDULES,
      help: "How the rate changes along the run",
      defaultText: "cosine, with --preset paper constant",
    },
    PAPER_OPTION,
    { name: "points", kind: "integer", min: 1, max: 2 ** 31, default: 1_000_000, help: "Points of an epoch" },
    {
      name: "batch-size",
      kind: "integer",
      min: 1,
      help: "Points of a step",
      defaultText: "50000; on a software adapter 2048, unless --preset paper",
    },
    { name: "up", kind: "choice", choices: ["y", "z"], default: "y", help: "Axis of the mesh that points up" },
    { name: "threshold", kind: "number", default: 0.5, help: "Winding number above which a point is inside" },
    {
      name: "resolution",
      kind: "integer",
      min: 8,
      max: 1600,
      help: "Cells along each axis that the mesh is extracted from",
      defaultText: "256; on a software adapter 96",
    },
    {
      name: "test-points",
      kind: "integer",
      min: 1000,
      max: 2 ** 31,
      default: 1_000_000,
      help: "Held-out points that the result is scored on, of a sequence that is the same for all runs on a mesh",
    },
    {
      name: "metric",
      kind: "choice",
      choices: ["authors"],
      help: "A metric in addition: authors, as published, is the IoU of the last batch with logits above 0.5",
      defaultText: "none",
    },
    {
      name: "epochs",
      kind: "integer",
      min: 1,
      help: "Passes over --points, new ones each time, resumed ones included",
      defaultText: `${DEFAULT_EPOCHS}, or no limit with --minutes`,
    },
    ...RUN_OPTIONS,
  ],
  examples: [
    "deno task occupancy dragon.ply.gz --optimizer adam --minutes 10 --seed 3 --name dragon",
    "deno task occupancy --resume runs/occupancy/dragon",
  ],
});

/** Every option with its value. */
export type OccupancyValues = Values<typeof command>;
