import type { Mesh } from "../../codec/mesh/mesh.ts";
import { type EdgeTable, edgeTable } from "./edge_table.ts";
import { type FaceGroups, groupFaces } from "./face_groups.ts";
import { leaveOut } from "./leave_out.ts";
import { turnFaces } from "./orientation.ts";
import { type Parts, partsOf } from "./parts.ts";

/** A mesh whose faces have three different vertices each, with its edges and parts, which are found when they are first asked for. */
export class Surface {
  #edges?: EdgeTable;
  #parts?: Parts;
  #groups?: FaceGroups;

  /** @param mesh A mesh whose faces have three different vertices each. */
  constructor(readonly mesh: Mesh) {}

  /** The number of faces. */
  get faces(): number {
    return this.mesh.indices.length / 3;
  }

  /** The edges. */
  get edges(): EdgeTable {
    return this.#edges ??= edgeTable(this.mesh);
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
    return this.#with(leaveOut(this.mesh, isOut));
  }

  /** The surface with the faces that satisfy a test turned over; the same one if there are none. */
  turned(isTurned: (face: number) => boolean): Surface {
    return this.#with(turnFaces(this.mesh, isTurned));
  }

  /** The surface with all faces turned over. Its edges are those of this one, although their balance changes its sign. */
  flipped(): Surface {
    const flipped = this.turned(() => true);
    flipped.#edges = this.#edges;
    flipped.#parts = this.#parts;
    return flipped;
  }

  #with(mesh: Mesh): Surface {
    return mesh === this.mesh ? this : new Surface(mesh);
  }
}
