import { readBinaryModel } from "./colmap_binary.ts";
import type { ColmapModel } from "./colmap_model.ts";
import { readTextModel } from "./colmap_text.ts";
import type { SceneFiles } from "./scene_files.ts";

/** The files of a model, without their endings. */
const MODEL_FILES = ["cameras", "images", "points3D"] as const;

/** Where a model may be in a scene's folder: COLMAP's own place, that of nerfstudio, and the folder itself. */
const PLACES = ["sparse/0", "colmap/sparse/0", "sparse", "."] as const;

/** A folder with a model. */
export interface ColmapPlace {
  readonly folder: string;
  readonly binary: boolean;
}

/** Finds a COLMAP model in a scene; undefined if there is none. */
export async function findModel(files: SceneFiles): Promise<ColmapPlace | undefined> {
  for (const folder of PLACES) {
    const names = await files.list(folder) ?? [];
    const has = (ending: string) => names.includes(`cameras.${ending}`) && names.includes(`images.${ending}`);
    if (has("bin")) return { folder, binary: true };
    if (has("txt")) return { folder, binary: false };
  }
}

/**
 * Reads a COLMAP model.
 *
 * @throws {Error} If a file is malformed.
 */
export async function readModel(files: SceneFiles, { folder, binary }: ColmapPlace): Promise<ColmapModel> {
  const ending = binary ? "bin" : "txt";
  const [cameras, images, points] = await Promise.all(MODEL_FILES.map(async (name) => {
    const path = folder === "." ? `${name}.${ending}` : `${folder}/${name}.${ending}`;
    return { where: `${files.name}/${path}`, bytes: await files.read(path) ?? new Uint8Array() };
  }));
  return (binary ? readBinaryModel : readTextModel)({ cameras, images, points });
}
