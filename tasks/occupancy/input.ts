import { decodeMesh } from "../../lib/codec/mesh/decode_mesh.ts";
import type { Mesh } from "../../lib/codec/mesh/mesh.ts";
import { type NormalisedMesh, normaliseMesh } from "../../lib/data/mesh/normalise.ts";
import { readInput } from "../shell/read_input.ts";
import type { OccupancyValues } from "./command.ts";

/** The mesh that is trained on where none is named; a constant, so that it is fetched only then. */
const DEFAULT_MESH = "npm:bunny@1.0.1";

/** Reads the mesh to train on, scales it into the unit sphere, and says what is wrong with it. */
export async function loadMesh(values: OccupancyValues): Promise<NormalisedMesh> {
  const name = values.mesh ?? "bunny";
  const input = values.mesh === undefined
    ? await defaultMesh()
    : await decodeMesh(await readInput(values.mesh), values.mesh);
  const normalised = normaliseMesh(input, { up: values.up }, name);
  for (const warning of warningsFor(normalised)) console.error(`warning: ${name}: ${warning}.`);
  if (normalised.turned) console.error(`${name}: its faces are oriented inward; all were turned.`);
  return normalised;
}

/** What makes labels doubtful. */
export function warningsFor({ report, inwardParts }: NormalisedMesh): string[] {
  const { boundaryEdges, crowdedEdges, misorientedEdges } = report;
  const edges = (count: number, what: string) =>
    count === 0 ? [] : [`${count} ${count === 1 ? "edge" : "edges"} ${what}`];
  const found = [
    ...edges(boundaryEdges, "with a face on one side only (boundary edges)"),
    ...edges(crowdedEdges, "of more than two faces"),
    ...edges(misorientedEdges, "between faces that are oriented against each other"),
  ];
  const warnings: string[] = [];
  if (found.length > 0) {
    warnings.push(
      `the mesh is not watertight and consistently oriented: ${found.join(", ")}; labels there are a compromise`,
    );
  }
  if (inwardParts > 0) {
    const parts = inwardParts === 1 ? "1 closed part is" : `${inwardParts} closed parts are`;
    warnings.push(`${parts} oriented inward, though not as a cavity within another: all of it counts as outside`);
  }
  return warnings;
}

async function defaultMesh(): Promise<Mesh> {
  const { default: bunny } = await import(DEFAULT_MESH);
  const { positions, cells } = bunny as { positions: number[][]; cells: number[][] };
  return { positions: new Float32Array(positions.flat()), indices: new Uint32Array(cells.flat()) };
}
