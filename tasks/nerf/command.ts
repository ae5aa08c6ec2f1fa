import { RAY_SPACES } from "../../lib/data/scene/ray_space.ts";
import { HOLDS } from "../../lib/data/scene/scene.ts";
import { CAMERA_PATHS } from "../../lib/render/camera_path.ts";
import type { Values } from "../shell/command.ts";
import { defineCommand } from "../shell/options.ts";
import {
  ACTIVATION_OPTIONS,
  BEST_OPTIMIZER_OPTION,
  RUN_OPTIONS,
  SCHEDULES,
  UPDATE_OPTIONS,
} from "../training/options.ts";

/** The options of `deno task nerf`. */
export const command = defineCommand({
  usage: "deno task nerf",
  summary:
    "Trains a radiance field on posed photographs and renders the views that were held out. `deno task nerf render FOLDER` renders a finished run again.",
  positionals: [{
    name: "scene",
    help: "Folder with poses_bounds.npy (LLFF), transforms_train.json or transforms.json",
    defaultText: "a small scene of the project's own",
  }],
  options: [
    ...ACTIVATION_OPTIONS,
    { name: "sigma", kind: "number", exclusiveMin: 0, help: "Width of gaussian", defaultText: "0.1" },
    {
      name: "octaves",
      kind: "integer",
      min: 1,
      max: 24,
      help: "Of relu-pe's encoding of positions; that of directions has 4",
      defaultText: "10",
    },
    {
      name: "preset",
      kind: "choice",
      choices: ["tiny", "small", "paper"],
      help: "4 × 64 units, 256 rays × 24 samples; 6 × 128, 512 × 48; or 8 × 256, 2048 × 128 and published rates",
      defaultText: "on a software adapter tiny for the own scene, else small; on a GPU paper",
    },
    { name: "depth", kind: "integer", min: 1, max: 64, help: "Layers of the trunk", defaultText: "by preset" },
    { name: "width", kind: "integer", min: 1, max: 4096, help: "Units of a layer", defaultText: "by preset" },
    { name: "samples", kind: "integer", min: 1, max: 4096, help: "Samples of a ray", defaultText: "by preset" },
    {
      name: "fine-samples",
      kind: "integer",
      min: 0,
      max: 4096,
      default: 0,
      help: "Further samples of a ray, laid where the same field, asked at the others first, shows something",
    },
    { name: "rays", kind: "integer", min: 1, help: "Rays of a step", defaultText: "by preset" },
    {
      name: "density-scale",
      kind: "number",
      exclusiveMin: 0,
      help: "Densities are this times softplus of the field's output",
      defaultText: "4, with --preset paper 1",
    },
    BEST_OPTIMIZER_OPTION,
    ...UPDATE_OPTIONS,
    {
      name: "schedule",
      kind: "choice",
      choices: SCHEDULES,
      help: "How the rate changes along the run",
      defaultText: "cosine, with --preset paper exponential",
    },
    {
      name: "size",
      kind: "integer",
      min: 0,
      help: "Longer side of the pictures in pixels; 0 keeps their own",
      defaultText: "126 on a software adapter, else 0",
    },
    { name: "downscale", kind: "integer", min: 1, default: 8, help: "LLFF: read images_N; 1 for images" },
    {
      name: "hold",
      kind: "choice",
      choices: HOLDS,
      default: "every8",
      help: "Views held out for testing where the scene does not say",
    },
    {
      name: "background",
      kind: "choice",
      choices: ["white", "black"],
      help: "What is behind transparent pixels",
      defaultText: "white, for LLFF black",
    },
    {
      name: "space",
      kind: "choice",
      choices: RAY_SPACES,
      help: "How samples lie along rays: equal steps, steps of inverse depth, or NDC",
      defaultText: "inverse for scenes that look forward, else metric",
    },
    { name: "near", kind: "number", exclusiveMin: 0, help: "Where rays begin", defaultText: "the scene's" },
    { name: "far", kind: "number", exclusiveMin: 0, help: "Where rays end", defaultText: "the scene's" },
    {
      name: "test-views",
      kind: "integer",
      min: 1,
      help: "Held-out views to render at the end, evenly spread; all where there are no more",
      defaultText: "all, on a software adapter as many as take 90 s",
    },
    { name: "path", kind: "choice", choices: CAMERA_PATHS, help: "Also render along a path", defaultText: "none" },
    { name: "frames", kind: "integer", min: 1, default: 30, help: "Frames of --path" },
    {
      name: "show-cameras",
      kind: "flag",
      help: "Write cameras.ply and cameras.png, held-out views in orange, and do not train",
    },
    {
      name: "epochs",
      kind: "integer",
      min: 1,
      help: "Passes over all pixels, resumed ones included",
      defaultText: "2 for tiny, 4 for small, 20 for paper, or no limit with --minutes",
    },
    ...RUN_OPTIONS,
  ],
  examples: [
    "deno task nerf scenes/fern --space ndc --minutes 20 --path spiral --name fern",
    "deno task nerf --resume runs/nerf/fern",
    "deno task nerf render runs/nerf/fern --path spiral --width 504",
  ],
});

/** Every option with its value. */
export type NerfValues = Values<typeof command>;

/** The options of `deno task nerf render`. */
export const renderCommand = defineCommand({
  usage: "deno task nerf render",
  summary: "Renders frames along a camera path from the last checkpoint of a run.",
  positionals: [{ name: "run", help: "Folder of the run", required: true }],
  options: [
    {
      name: "path",
      kind: "choice",
      choices: CAMERA_PATHS,
      help: "Way of the camera",
      defaultText: "spiral for scenes that look forward, else orbit",
    },
    { name: "frames", kind: "integer", min: 1, default: 30, help: "How many" },
    {
      name: "width",
      kind: "integer",
      min: 1,
      max: 8192,
      help: "Of a frame in pixels",
      defaultText: "the training pictures'",
    },
    { name: "depth", kind: "flag", help: "Write depth maps too" },
    { name: "software", kind: "flag", help: "Accept a software adapter beside an NVIDIA device" },
  ],
  examples: ["deno task nerf render runs/nerf/fern --path spiral --width 504"],
});
