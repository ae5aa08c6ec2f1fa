import { dirname, join } from "./posix_path.ts";
import { printable } from "./printable.ts";
import type { SceneFiles } from "./scene_files.ts";

/** Files that instant-ngp reads beside the photographs although no frame names them, and what is the matter without them. */
const UNNAMED = [
  {
    names: /^dynamic_mask_/,
    what: "masks of moving objects",
    effect: 'so that those pixels are trained on; masks are read from "mask_path" of frames',
  },
  {
    names: /\.alpha\.(png|jpe?g)$/i,
    what: "separate alpha channels",
    effect: "so that the photographs count as opaque; alpha is read from the photographs themselves",
  },
];

/** Whether a file in a folder of photographs is not one of them, but something that instant-ngp reads beside them. */
export function isBesidePictures(name: string): boolean {
  return UNNAMED.some(({ names }) => names.test(name));
}

/** Warnings of files in the folders of these pictures that instant-ngp reads and that are not read here. */
export async function besideWarnings(files: SceneFiles, pictures: readonly string[]): Promise<string[]> {
  const warnings: string[] = [];
  for (const folder of new Set(pictures.map((path) => dirname(path)))) {
    const listed = await files.list(folder) ?? [];
    for (const { names, what, effect } of UNNAMED) {
      const found = listed.filter((name) => names.test(name) && !pictures.includes(join(folder, name)));
      if (found.length === 0) continue;
      const some = `${found.length} ${what}, such as ${printable(join(folder, found[0]))}, are not read`;
      warnings.push(`${files.name}: ${some}, ${effect}.`);
    }
  }
  return warnings;
}
