import { encodePng } from "../../lib/codec/image/encode_png.ts";
import { encodePly, encodePlyPoints } from "../../lib/codec/mesh/encode_ply.ts";
import { fitPositions } from "../../lib/codec/mesh/position_bits.ts";
import { meshPicture } from "../../lib/render/mesh_picture.ts";
import { radianceMesh } from "../../lib/render/radiance_mesh.ts";
import { radiancePoints } from "../../lib/render/radiance_points.ts";
import { surfaceThreshold } from "../../lib/render/surface_threshold.ts";
import { firstPixels } from "../../lib/render/ray_caster.ts";
import { counted } from "../shell/counted.ts";
import { reopeningDevice } from "../shell/device_losses.ts";
import { parseOptions } from "../shell/options.ts";
import { ProgressLine } from "../shell/progress.ts";
import { UserError } from "../shell/user_error.ts";
import { meshCommand, pointsCommand } from "./export_command.ts";
import { spreadPlaces } from "./spread_places.ts";
import { timedProgress } from "./timed_progress.ts";
import { withTrainedRun } from "./trained_run.ts";
import { inView } from "./mesh_view.ts";

/** `deno task nerf mesh`: writes the surface of a run's field, with colours. */
export async function exportMesh(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { values } = parseOptions(args, meshCommand);
  await reopeningDevice("the mesh", () =>
    withTrainedRun(values, async ({ folder, field, step, record, volume }) => {
      const { bounds: { cameras }, space } = record;
      const { resolution = field.gpu.adapter.software ? 96 : 256, components } = values;
      using progress = new ProgressLine();
      const say = timedProgress(progress);
      const threshold = values.threshold ?? await surfaceThreshold(field, cameras, { ...volume, space, signal });
      const { mesh, colours, parts } = await radianceMesh(field, cameras, {
        ...volume,
        space,
        threshold,
        resolution,
        components,
        progress: (part) => say("evaluating the density", part),
        signal,
      });
      progress.clear();
      const at = `a density of ${Number(threshold.toPrecision(3))}`;
      if (mesh.indices.length === 0) {
        throw new UserError(
          `${folder.path}: expected density above the threshold where the cameras see, found none: there is no surface at ${at}; ` +
            "choose a smaller --threshold.",
        );
      }
      const path = await folder.writeFile("mesh.ply", encodePly(mesh, { colours }));
      // Scenes that were photographed from one side are seen from there.
      const angle = record.bounds.kind === "forward" ? 5 : 20;
      const view = { azimuth: angle, elevation: angle, colours };
      await folder.writeFile("mesh.png", encodePng(meshPicture(inView(mesh, record.bounds), view)));
      const kept = components === undefined || components >= parts
        ? ""
        : `, of which the largest ${components} were kept`;
      console.log(
        `The surface of the field at step ${step}, at ${at}, has ${counted(parts, "part")}${kept}: ${
          mesh.indices.length / 3
        } faces are in ${path}`,
      );
    }));
}

/** `deno task nerf points`: writes coloured points at what the training cameras see. */
export async function exportPoints(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { values } = parseOptions(args, pointsCommand);
  await reopeningDevice("the points", () =>
    withTrainedRun(values, async ({ folder, field, step, record, volume }) => {
      const { bounds: { cameras }, space } = record;
      const all = firstPixels(cameras).at(-1)!;
      const wanted = Math.min(all, values.points ?? (field.gpu.adapter.software ? 50_000 : 1_000_000));
      using progress = new ProgressLine();
      const say = timedProgress(progress);
      const onProgress = (part: number) => say("rendering pixels of the training cameras", part);
      const pixels = spreadPlaces(wanted, all);
      const { positions, colours } = await radiancePoints(field, cameras, pixels, {
        ...volume,
        space,
        onProgress,
        signal,
      });
      progress.clear();
      const count = positions.length / 3;
      if (count === 0) {
        throw new UserError(`${folder.path}: expected pixels that are at least half opaque, found none of ${wanted}.`);
      }
      const numbers = Uint32Array.from({ length: count }, (_, i) => i);
      const path = await folder.writeFile("points.ply", encodePlyPoints(fitPositions(positions, numbers), colours));
      console.log(`${count} of ${wanted} pixels of the field at step ${step} gave a point each: they are in ${path}`);
    }));
}
