import { decodeMesh } from "../../lib/codec/mesh/decode_mesh.ts";
import type { DecodedMesh } from "../../lib/codec/mesh/mesh.ts";
import { type NormalisedMesh, normaliseMesh } from "../../lib/data/mesh/normalise.ts";
import { loadPackage } from "../shell/load_package.ts";
import { readInput } from "../shell/read_input.ts";
import type { OccupancyValues } from "./command.ts";

/** The mesh to train on if none is named. Its name is a constant, not an import, so that it is fetched only if needed. */
const DEFAULT_MESH = "npm:bunny@1.0.1";

/** Reads the mesh to train on, scales it into the unit sphere, and prints warnings about its defects. */
export async function loadMesh(values: OccupancyValues): Promise<NormalisedMesh> {
  const name = values.mesh ?? "bunny";
  const input = values.mesh === undefined
    ? await defaultMesh()
    : await decodeMesh(await readInput(values.mesh), values.mesh);
  for (const warning of input.warnings) console.error(`warning: ${warning}`);
  const normalised = normaliseMesh(input, { up: values.up }, name);
  for (const warning of warningsFor(normalised)) console.error(`warning: ${name}: ${warning}.`);
  if (normalised.turned) console.error(`${name}: all faces were flipped, because they were oriented inward.`);
  return normalised;
}

/** Warnings about defects of the mesh that make labels unreliable. */
export function warningsFor({ report, inwardParts }: NormalisedMesh): string[] {
  const { boundaryEdges, crowdedEdges, misorientedEdges } = report;
  const edges = (count: number, what: string) =>
    count === 0 ? [] : [`${count} ${count === 1 ? "edge" : "edges"} ${what}`];
  const found = [
    ...edges(boundaryEdges, "with only one face (boundary edges)"),
    ...edges(crowdedEdges, "with more than two faces"),
    ...edges(misorientedEdges, "between faces of opposite orientation"),
  ];
  const warnings: string[] = [];
  if (found.length > 0) {
    warnings.push(
      `the mesh is not watertight and consistently oriented: it has ${
        found.join(", ")
      }; near these, labels are approximate`,
    );
  }
  if (inwardParts > 0) {
    const parts = inwardParts === 1 ? "1 closed part is" : `${inwardParts} closed parts are`;
    warnings.push(`${parts} oriented inward but not a cavity of another part; its interior counts as outside`);
  }
  return warnings;
}

async function defaultMesh(): Promise<DecodedMesh> {
  const { default: bunny } = await loadPackage<{ default: unknown }>(DEFAULT_MESH);
  const { positions, cells } = bunny as { positions: number[][]; cells: number[][] };
  return { positions: new Float32Array(positions.flat()), indices: new Uint32Array(cells.flat()), warnings: [] };
}
