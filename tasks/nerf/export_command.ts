import { defineCommand } from "../shell/command.ts";
import { DEVICE_OPTIONS } from "../shell/device_options.ts";

const RUN = [{ name: "run", help: "The run's folder", required: true }] as const;

/** The options of `deno task nerf mesh`. */
export const meshCommand = defineCommand({
  usage: "deno task nerf mesh",
  summary:
    "Extracts the surface on which the density of a trained radiance field has a value, as far as the training cameras see, and writes it with colours to mesh.ply in the run's folder, in the coordinates of the scene, with a picture of it, mesh.png.",
  positionals: RUN,
  options: [
    {
      name: "threshold",
      kind: "number",
      exclusiveMin: 0,
      help:
        "Density of the surface, per unit of the field's input, in which the scene spans about −1 to 1; smaller values give thicker surfaces",
      defaultText: "that at which an interval of a ray is half opaque, or less if the field is like fog",
    },
    {
      name: "resolution",
      kind: "integer",
      min: 8,
      max: 1600,
      help: "Grid cells along the longest side of what the cameras see",
      defaultText: "256; on a software adapter 96",
    },
    {
      name: "components",
      kind: "integer",
      min: 1,
      help: "Connected parts to keep, the largest ones, for instance 1 to drop what floats",
      defaultText: "all of them",
    },
    ...DEVICE_OPTIONS,
  ],
  examples: ["deno task nerf mesh runs/nerf/lego --resolution 256 --components 1"],
});

/** The options of `deno task nerf points`. */
export const pointsCommand = defineCommand({
  usage: "deno task nerf points",
  summary:
    "Renders pixels of the training cameras from a trained radiance field and writes a point for each, with its colour and at the depth where half of its opacity is reached, to points.ply in the run's folder, in the coordinates of the scene.",
  positionals: RUN,
  options: [
    {
      name: "points",
      kind: "integer",
      min: 1,
      max: 2 ** 26,
      help:
        "Pixels to render, evenly spread over all training cameras; those that are less than half opaque give no point",
      defaultText: "1000000, on a software adapter 50000, but at most all pixels",
    },
    ...DEVICE_OPTIONS,
  ],
  examples: ["deno task nerf points runs/nerf/fern --points 200000"],
});
