import { defineCommand, type Values } from "../shell/command.ts";
import {
  BEST_OPTIMIZER_OPTION,
  type FieldDefaults,
  lastOptions,
  NETWORK_OPTIONS,
  objectiveOption,
  PAPER_OPTION,
  SCHEDULE_OPTION,
  UPDATE_OPTIONS,
} from "../training/options.ts";
import { EPOCHS_BOUNDS } from "../training/length_bounds.ts";

/** Hyper-parameters of activations and encodings as published for occupancy. */
export const FIELD_DEFAULTS: FieldDefaults = { gaussian: { sigma: 0.09 } };

/** The number of epochs if neither epochs nor minutes are given. */
export const DEFAULT_EPOCHS = 4;

/** The options of `deno task occupancy`. */
export const command = defineCommand({
  usage: "deno task occupancy",
  summary:
    "Trains a neural field on a mesh and extracts a mesh from the field. The field maps (x, y, z) in [-1, 1]³ to the logit of the probability that the point is inside.",
  positionals: [{
    name: "mesh",
    help: "OBJ, PLY, STL or OFF file, also gzipped (.gz)",
    defaultText: "a rabbit from an npm package",
  }],
  options: [
    ...NETWORK_OPTIONS,
    BEST_OPTIMIZER_OPTION,
    ...UPDATE_OPTIONS,
    { ...SCHEDULE_OPTION, defaultText: "cosine; with --preset paper constant" },
    objectiveOption("logits", "binaryCrossEntropy"),
    PAPER_OPTION,
    { name: "points", kind: "integer", min: 1, max: 2 ** 31, default: 1_000_000, help: "Points per epoch" },
    {
      name: "batch-size",
      kind: "integer",
      min: 1,
      help: "Points per step",
      defaultText: "50000; on a software adapter 2048, unless with --preset paper",
    },
    { name: "up", kind: "choice", choices: ["y", "z"], default: "y", help: "Which axis of the mesh points up" },
    {
      name: "repair",
      kind: "flag",
      help:
        "Repair the mesh where there is only one way to do it: leave out faces that lie on top of each other with opposite orientation, and orient each closed part consistently and outward",
    },
    { name: "threshold", kind: "number", default: 0.5, help: "Winding number above which a point is inside" },
    {
      name: "resolution",
      kind: "integer",
      min: 8,
      max: 1600,
      help: "Grid cells along each axis for extracting the mesh",
      defaultText: "256; on a software adapter 96",
    },
    {
      name: "components",
      kind: "integer",
      min: 1,
      help: "Connected parts of the extracted mesh to keep, the largest ones; the summary has the number of all",
      defaultText: "all of them",
    },
    {
      name: "test-points",
      kind: "integer",
      min: 1000,
      max: 2 ** 31,
      default: 1_000_000,
      help: "Held-out points that the result is scored on; they are the same for all runs on a mesh",
    },
    {
      name: "metric",
      kind: "choice",
      choices: ["authors"],
      help:
        "An additional metric; authors is the IoU as published: that of the last batch, where logits above 0.5 count as inside",
      defaultText: "none",
    },
    {
      name: "epochs",
      kind: "integer",
      ...EPOCHS_BOUNDS,
      help: "Epochs, including those made before resuming; each draws --points new points",
      defaultText: `${DEFAULT_EPOCHS}, or no limit with --minutes or --deadline`,
    },
    ...lastOptions(FIELD_DEFAULTS, "logits"),
  ],
  examples: [
    "deno task occupancy dragon.ply.gz --optimizer adam --minutes 10 --seed 3 --name dragon",
    "deno task occupancy --resume runs/occupancy/dragon",
  ],
});

/** Every option with its value. */
export type OccupancyValues = Values<typeof command>;
