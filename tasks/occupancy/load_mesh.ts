import { decodeMesh } from "../../lib/codec/mesh/decode_mesh.ts";
import type { DecodedMesh } from "../../lib/codec/mesh/mesh.ts";
import { type NormalisedMesh, normaliseMesh } from "../../lib/data/mesh/normalise.ts";
import { loadPackage } from "../shell/load_package.ts";
import { readInput } from "../shell/read_input.ts";
import type { Loading } from "../training/task.ts";
import type { OccupancyValues } from "./command.ts";

/** The mesh to train on if none is named. Its name is a constant, not an import, so that it is fetched only if needed. */
const DEFAULT_MESH = "npm:bunny@1.0.1";

/** What the default mesh is called in messages. */
export const DEFAULT_NAME = "bunny";

/** Reads the mesh to train on, scales it into the unit sphere, and prints what was passed over, what is wrong with it and what was changed. */
export async function loadMesh(values: OccupancyValues, next: Loading["next"]): Promise<NormalisedMesh> {
  const name = values.mesh ?? DEFAULT_NAME;
  await next("reading the mesh");
  const input = values.mesh === undefined
    ? await defaultMesh()
    : await decodeMesh(await readInput(values.mesh), values.mesh);
  await next("cleaning the mesh");
  const normalised = normaliseMesh(input, { up: values.up, repair: values.repair }, name);
  for (const warning of [...input.warnings, ...normalised.warnings]) console.error(`warning: ${warning}`);
  for (const change of normalised.changes) console.error(change);
  return normalised;
}

async function defaultMesh(): Promise<DecodedMesh> {
  const { default: bunny } = await loadPackage<{ default: unknown }>(DEFAULT_MESH);
  const { positions, cells } = bunny as { positions: number[][]; cells: number[][] };
  return { positions: new Float32Array(positions.flat()), indices: new Uint32Array(cells.flat()), warnings: [] };
}
