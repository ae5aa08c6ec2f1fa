import type { Mesh } from "../../codec/mesh/mesh.ts";
import { edgesWithout, type EdgeTable, edgeTable } from "./edge_table.ts";
import { type FaceGroups, groupFaces } from "./face_groups.ts";
import { leaveOutMarked, markFaces } from "./leave_out.ts";
import { turnFaces } from "./orientation.ts";
import { type Parts, partsOf } from "./parts.ts";

/** A mesh whose faces have three different vertices each, with its edges and parts, which are found when they are first asked for. */
export class Surface {
  #edges?: EdgeTable;
  #parts?: Parts;
  #groups?: FaceGroups;
  /** Finds the edges, by default from the mesh. */
  #findEdges = () => edgeTable(this.mesh);

  /** @param mesh A mesh whose faces have three different vertices each. */
  constructor(readonly mesh: Mesh) {}

  /** The number of faces. */
  get faces(): number {
    return this.mesh.indices.length / 3;
  }

  /** The edges. */
  get edges(): EdgeTable {
    return this.#edges ??= this.#findEdges();
  }

  /** The connected parts. */
  get parts(): Parts {
    return this.#parts ??= partsOf(this.mesh, this.edges);
  }

  /** The faces with the same corners. */
  get groups(): FaceGroups {
    return this.#groups ??= groupFaces(this.mesh);
  }

  /** The surface without the faces that satisfy a test; the same one if there are none. */
  without(isOut: (face: number) => boolean): Surface {
    const out = markFaces(this.mesh, isOut);
    const mesh = leaveOutMarked(this.mesh, out);
    if (mesh === this.mesh) return this;
    const left = new Surface(mesh);
    const edges = this.#edges;
    if (edges !== undefined) left.#findEdges = () => edgesWithout(edges, mesh.indices, out);
    return left;
  }

  /** The surface with the faces that satisfy a test turned over; the same one if there are none. */
  turned(isTurned: (face: number) => boolean): Surface {
    const mesh = turnFaces(this.mesh, isTurned);
    return mesh === this.mesh ? this : new Surface(mesh);
  }

  /** The surface with all faces turned over. Its edges are those of this one, although their balance changes its sign. */
  flipped(): Surface {
    const flipped = this.turned(() => true);
    flipped.#edges = this.#edges;
    flipped.#parts = this.#parts;
    return flipped;
  }
}
