import type { Mesh } from "../../codec/mesh/mesh.ts";
import { areaVector } from "./inspect.ts";
import type { Parts } from "./parts.ts";

/** In a surface with holes, faces are turned to agree with the others only if they have less than this part of the area. */
const MINORITY = 0.1;

/** Stands for an orientation, 0 or 1, that cannot be told. */
const UNDECIDED = 2;

const NOTHING = { mixedParts: 0, mixedFaces: 0, undecidedFaces: 0, oneSidedParts: 0 };

/** What is wrong with the orientation of faces, and which faces to turn. */
interface Orientation {
  /** The number of patches in which faces are oriented against each other. */
  readonly mixedParts: number;
  /** The number of faces in them that are oriented against the larger rest. */
  readonly mixedFaces: number;
  /** The number of these in patches with holes of which no orientation is that of nearly all faces. */
  readonly undecidedFaces: number;
  /** The number of patches with only one side. */
  readonly oneSidedParts: number;
  /** `[faces]`: 1 for faces to turn. Faces without area are turned as the larger part of their patch. */
  readonly turn: Uint8Array;
  /** `[parts]`: 1 for parts that still have faces oriented against each other. */
  readonly mixed: Uint8Array;
  /** `[parts]`: 1 for closed parts that are outward after the turning, although the larger part of them was inward. */
  readonly mostlyInward: Uint8Array;
}

/**
 * Compares the orientations of the faces of each patch. In a closed patch all can be oriented outward. In one with holes they can be oriented as
 * most of them are.
 *
 * @param mesh A mesh near the origin.
 * @param parts Its parts.
 * @param repair Whether to turn faces that have an area.
 */
export function compareOrientations(mesh: Mesh, parts: Parts, repair: boolean): Orientation {
  const { patch, patches, turned, oneSided } = parts;
  const turn = new Uint8Array(patch.length);
  const mixed = new Uint8Array(parts.count);
  const mostlyInward = new Uint8Array(parts.count);
  if (!turned.includes(1) && !oneSided.includes(1)) return { ...NOTHING, turn, mixed, mostlyInward };
  const measured = measurePatches(mesh, parts);
  const { isMixed, major, wanted } = measured;
  const found = { ...NOTHING };
  for (let i = 0; i < patches; i++) {
    found.oneSidedParts += oneSided[i];
    if (isMixed[i] === 0) continue;
    const minority = measured.counts[2 * i + 1 - major[i]];
    found.mixedParts++;
    found.mixedFaces += minority;
    if (wanted[i] === UNDECIDED) found.undecidedFaces += minority;
  }
  for (let face = 0; face < patch.length; face++) {
    const [i, part] = [patch[face], parts.of[face]];
    const isDecided = repair && wanted[i] !== UNDECIDED;
    const isFree = measured.isFlat[face] === 1 && oneSided[i] === 0;
    if (turned[face] !== (isDecided ? wanted[i] : isFree ? major[i] : turned[face])) turn[face] = 1;
    if (isMixed[i] === 1 && !isDecided) mixed[part] = 1;
    if (isDecided && parts.closed[part] === 1 && wanted[i] !== major[i]) mostlyInward[part] = 1;
  }
  return { ...found, turn, mixed, mostlyInward };
}

/** Measures both orientations of each patch: that of faces which are turned against its first face, 1, and that of the others, 0. */
function measurePatches(mesh: Mesh, { patch, patches, turned, oneSided, of, closed }: Parts) {
  // The area and the number of faces that have one, for both orientations, and the volume if all faces had orientation 0.
  const areas = new Float64Array(2 * patches);
  const counts = new Uint32Array(2 * patches);
  const volumes = new Float64Array(patches);
  const isClosed = new Uint8Array(patches);
  const isFlat = new Uint8Array(patch.length);
  for (let face = 0; face < patch.length; face++) {
    const vector = areaVector(mesh, face);
    const area = Math.hypot(...vector);
    const at = 2 * patch[face] + turned[face];
    areas[at] += area;
    if (area > 0) counts[at]++;
    else isFlat[face] = 1;
    const vertex = 3 * mesh.indices[3 * face];
    let volume = 0;
    for (let axis = 0; axis < 3; axis++) volume += mesh.positions[vertex + axis] * vector[axis] / 3;
    volumes[patch[face]] += turned[face] === 1 ? -volume : volume;
    isClosed[patch[face]] = closed[of[face]];
  }
  const each = (value: (i: number) => number) => Uint8Array.from({ length: patches }, (_, i) => value(i));
  const isMixed = each((i) => oneSided[i] === 0 && counts[2 * i] > 0 && counts[2 * i + 1] > 0 ? 1 : 0);
  // The orientation of the larger area, and the one that all faces should have.
  const major = each((i) => areas[2 * i] >= areas[2 * i + 1] ? 0 : 1);
  const wanted = each((i) => {
    if (isMixed[i] === 0) return UNDECIDED;
    if (isClosed[i] === 1) return volumes[i] > 0 ? 0 : 1;
    const share = areas[2 * i + 1 - major[i]] / (areas[2 * i] + areas[2 * i + 1]);
    return share < MINORITY ? major[i] : UNDECIDED;
  });
  return { counts, isFlat, isMixed, major, wanted };
}

/** A mesh of which some faces are turned. If there are none, the mesh itself. */
export function turnFaces(mesh: Mesh, isTurned: (face: number) => boolean): Mesh {
  const { positions, indices } = mesh;
  let turned: Uint32Array | undefined;
  for (let i = 0; i < indices.length; i += 3) {
    if (!isTurned(i / 3)) continue;
    turned ??= indices.slice();
    turned[i + 1] = indices[i + 2];
    turned[i + 2] = indices[i + 1];
  }
  return turned === undefined ? mesh : { positions, indices: turned };
}
