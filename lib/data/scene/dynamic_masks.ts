import { dirname, join } from "node:path/posix";
import { printable } from "./printable.ts";
import type { SceneFiles } from "./scene_files.ts";

/** How the names of files begin that instant-ngp reads as masks of moving objects, beside the photographs and named in no frame. */
const PREFIX = "dynamic_mask_";

/** Warnings of masks of moving objects in the folders of these pictures, which are not read. */
export async function dynamicMaskWarnings(files: SceneFiles, pictures: readonly string[]): Promise<string[]> {
  const warnings: string[] = [];
  for (const folder of new Set(pictures.map((path) => dirname(path)))) {
    const masks = (await files.list(folder) ?? []).filter((name) => name.startsWith(PREFIX));
    if (masks.length === 0) continue;
    const some = `${masks.length} masks of moving objects, such as ${printable(join(folder, masks[0]))}, are not read`;
    warnings.push(
      `${files.name}: ${some}, so that those pixels are trained on; masks are read from "mask_path" of frames.`,
    );
  }
  return warnings;
}
