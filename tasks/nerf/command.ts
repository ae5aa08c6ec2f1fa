import { RAY_SPACES } from "../../lib/data/scene/ray_space.ts";
import { HOLDS } from "../../lib/data/scene/scene.ts";
import { CAMERA_PATHS } from "../../lib/render/camera_path.ts";
import { defineCommand, type Values } from "../shell/command.ts";
import {
  ACTIVATION_OPTIONS,
  BEST_OPTIMIZER_OPTION,
  type FieldDefaults,
  lastOptions,
  SCHEDULE_OPTION,
  UPDATE_OPTIONS,
} from "../training/options.ts";
import { DEVICE_OPTIONS } from "../shell/device_options.ts";
import { EPOCHS_BOUNDS } from "../training/length_bounds.ts";

/** Hyper-parameters of activations and of the encoding of positions for radiance fields. */
export const FIELD_DEFAULTS: FieldDefaults = { gaussian: { sigma: 0.1 }, positional: { octaves: 10 } };

/** The most frames of a camera path, all of which are joined in one animation. */
const MOST_FRAMES = 10_000;

/** The options of `deno task nerf`. */
export const command = defineCommand({
  usage: "deno task nerf",
  summary:
    "Trains a radiance field on photographs with known camera poses and renders the held-out views. The objective is always the mean squared error of the rendered colours, so there is no --objective. `deno task nerf render FOLDER` renders more views of a finished run; `nerf mesh FOLDER` and `nerf points FOLDER` write its surface and coloured points as PLY.",
  positionals: [{
    name: "scene",
    help:
      "Folder with poses_bounds.npy (LLFF), transforms_train.json, transforms.json or sparse/0 (COLMAP); or the path of a transforms.json",
    defaultText: "the small scene that comes with the project",
  }],
  options: [
    ...ACTIVATION_OPTIONS,
    {
      name: "preset",
      kind: "choice",
      choices: ["tiny", "small", "paper"],
      help:
        "Size of field and batch; other tasks have only the preset paper. tiny: 4 layers of 64 units, 256 rays of 24 samples; small: 6 of 128, 512 of 48; paper: 8 of 256, 2048 of 128, with the published settings of the optimizer, and the published learning rates of Adam and ESGD",
      defaultText: "paper on a GPU; on a software adapter tiny for the default scene, otherwise small",
    },
    {
      name: "layers",
      kind: "integer",
      min: 1,
      max: 64,
      help: "Number of hidden layers of the trunk",
      defaultText: "the preset's",
    },
    { name: "width", kind: "integer", min: 1, max: 4096, help: "Units per layer", defaultText: "the preset's" },
    { name: "samples", kind: "integer", min: 1, max: 4096, help: "Samples per ray", defaultText: "the preset's" },
    {
      name: "fine-samples",
      kind: "integer",
      min: 0,
      max: 4096,
      default: 0,
      help: "Further samples per ray, placed where a first coarse pass finds density",
    },
    { name: "rays", kind: "integer", min: 1, help: "Rays per step", defaultText: "the preset's" },
    {
      name: "density-scale",
      kind: "number",
      exclusiveMin: 0,
      help: "Factor of the density: density = factor × softplus(output)",
      defaultText: "4; with --preset paper 1",
    },
    BEST_OPTIMIZER_OPTION,
    ...UPDATE_OPTIONS,
    { ...SCHEDULE_OPTION, defaultText: "cosine; with --preset paper exponential" },
    {
      name: "size",
      kind: "integer",
      min: 0,
      help: "Longer side of the photographs in pixels; 0 keeps their size",
      defaultText: "126 on a software adapter, otherwise 0",
    },
    {
      name: "downscale",
      kind: "integer",
      min: 1,
      help: "Read the photographs from the folder images_N; 1 reads the folder images",
      defaultText: "8 for LLFF scenes, otherwise the folder that the scene's file names",
    },
    {
      name: "hold",
      kind: "choice",
      choices: HOLDS,
      default: "every8",
      help: "Which views are held out for testing if the scene itself does not say",
    },
    {
      name: "background",
      kind: "choice",
      choices: ["white", "black"],
      help: "Colour behind transparent pixels",
      defaultText: "white; for LLFF scenes black",
    },
    {
      name: "space",
      kind: "choice",
      choices: RAY_SPACES,
      help:
        "How samples are spaced along rays: in equal steps (metric), in steps of inverse depth, or in normalised device coordinates (ndc)",
      defaultText: "inverse for forward-facing scenes, otherwise metric",
    },
    { name: "near", kind: "number", exclusiveMin: 0, help: "Depth at which rays begin", defaultText: "the scene's" },
    { name: "far", kind: "number", exclusiveMin: 0, help: "Depth at which rays end", defaultText: "the scene's" },
    {
      name: "test-views",
      kind: "integer",
      min: 1,
      help: "How many held-out views to render at the end, evenly spread over all of them",
      defaultText: "all; on a software adapter as many as can be rendered in 90 s",
    },
    {
      name: "path",
      kind: "choice",
      choices: CAMERA_PATHS,
      help: "Also render frames along a camera path",
      defaultText: "none",
    },
    { name: "frames", kind: "integer", min: 1, max: MOST_FRAMES, default: 30, help: "Frames of --path" },
    { name: "gif", kind: "flag", help: "Write the path as an animated GIF, too; an animated PNG is always written" },
    {
      name: "show-cameras",
      kind: "flag",
      help: "Draw the cameras to cameras.ply and cameras.png, those of held-out views in orange, and do not train",
    },
    {
      name: "epochs",
      kind: "integer",
      ...EPOCHS_BOUNDS,
      help: "Passes over all pixels, including those made before resuming",
      defaultText: "2 for tiny, 4 for small, 20 for paper, or no limit with --minutes or --deadline",
    },
    ...lastOptions(FIELD_DEFAULTS),
  ],
  examples: [
    "deno task nerf scenes/fern --space ndc --minutes 20 --path spiral --name fern",
    "deno task nerf --resume runs/nerf/fern",
    "deno task nerf render runs/nerf/fern --path spiral --width 504 --gif",
    "deno task nerf mesh runs/nerf/fern",
  ],
});

/** Every option with its value. */
export type NerfValues = Values<typeof command>;

/** The options of `deno task nerf render`. */
export const renderCommand = defineCommand({
  usage: "deno task nerf render",
  summary: "Renders frames along a camera path from the last checkpoint of a run.",
  positionals: [{ name: "run", help: "The run's folder", required: true }],
  options: [
    {
      name: "path",
      kind: "choice",
      choices: CAMERA_PATHS,
      help: "Camera path",
      defaultText: "spiral for forward-facing scenes, otherwise an orbit",
    },
    { name: "frames", kind: "integer", min: 1, max: MOST_FRAMES, default: 30, help: "Number of frames" },
    {
      name: "width",
      kind: "integer",
      min: 1,
      max: 8192,
      help: "Width of a frame in pixels",
      defaultText: "the width of the training photographs",
    },
    { name: "depth", kind: "flag", help: "Also write depth maps" },
    { name: "gif", kind: "flag", help: "Write the path as an animated GIF, too; an animated PNG is always written" },
    ...DEVICE_OPTIONS,
  ],
  examples: ["deno task nerf render runs/nerf/fern --path spiral --width 504"],
});
