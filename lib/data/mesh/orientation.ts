import type { Mesh } from "../../codec/mesh/mesh.ts";
import { areaVector } from "./inspect.ts";
import type { Parts } from "./parts.ts";

/** In a surface with holes, faces are turned to agree with the others only if they have less than this part of the area. */
const MINORITY = 0.1;

const NOTHING = { mixedParts: 0, mixedFaces: 0, undecidedFaces: 0, turnedFaces: 0, oneSidedParts: 0 };

/** What is wrong with the orientation of faces, and which faces to turn. */
interface Orientation {
  /** The number of patches in which faces are oriented against each other. */
  readonly mixedParts: number;
  /** The number of faces in them that are oriented against the larger rest. */
  readonly mixedFaces: number;
  /** The number of these in patches with holes of which no orientation is that of nearly all faces. */
  readonly undecidedFaces: number;
  /** The number of faces to turn, in the other patches. */
  readonly turnedFaces: number;
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
  const faces = patch.length;
  if (!turned.includes(1)) {
    return { ...NOTHING, turn: turned, mixed: new Uint8Array(parts.count), mostlyInward: new Uint8Array(parts.count) };
  }
  // For both orientations: the area and the number of faces that have one.
  const areas = new Float64Array(2 * patches);
  const counts = new Uint32Array(2 * patches);
  const volumes = new Float64Array(patches);
  const isFlat = new Uint8Array(faces);
  for (let face = 0; face < faces; face++) {
    const vector = areaVector(mesh, face);
    const area = Math.hypot(...vector);
    const [at, vertex] = [2 * patch[face] + turned[face], 3 * mesh.indices[3 * face]];
    areas[at] += area;
    if (area > 0) counts[at]++;
    else isFlat[face] = 1;
    let volume = 0;
    for (let axis = 0; axis < 3; axis++) volume += mesh.positions[vertex + axis] * vector[axis] / 3;
    volumes[patch[face]] += turned[face] === 1 ? -volume : volume;
  }
  const closed = new Uint8Array(patches);
  for (let face = 0; face < faces; face++) closed[patch[face]] = parts.closed[parts.of[face]];
  // Which of its two orientations a patch has for the larger part, and which one it gets; 2 if it stays as it is.
  const major = Uint8Array.from({ length: patches }, (_, i) => areas[2 * i] >= areas[2 * i + 1] ? 0 : 1);
  const isMixed = (i: number) => oneSided[i] === 0 && counts[2 * i] > 0 && counts[2 * i + 1] > 0;
  const wanted = Uint8Array.from({ length: patches }, (_, i) => {
    if (!isMixed(i)) return 2;
    if (closed[i] === 1) return volumes[i] > 0 ? 0 : 1;
    return areas[2 * i + 1 - major[i]] < MINORITY * (areas[2 * i] + areas[2 * i + 1]) ? major[i] : 2;
  });
  let [mixedParts, mixedFaces, undecidedFaces, turnedFaces, oneSidedParts] = [0, 0, 0, 0, 0];
  for (let i = 0; i < patches; i++) {
    oneSidedParts += oneSided[i];
    if (!isMixed(i)) continue;
    mixedParts++;
    mixedFaces += counts[2 * i + 1 - major[i]];
    if (wanted[i] === 2) undecidedFaces += counts[2 * i + 1 - major[i]];
    else if (repair) turnedFaces += counts[2 * i + 1 - wanted[i]];
  }
  const turn = new Uint8Array(faces);
  const mixed = new Uint8Array(parts.count);
  const mostlyInward = new Uint8Array(parts.count);
  for (let face = 0; face < faces; face++) {
    const i = patch[face];
    const isDecided = repair && wanted[i] < 2;
    const target = isDecided ? wanted[i] : isFlat[face] === 1 && oneSided[i] === 0 ? major[i] : turned[face];
    if (turned[face] !== target) turn[face] = 1;
    if (isMixed(i) && !isDecided) mixed[parts.of[face]] = 1;
    if (isDecided && closed[i] === 1 && wanted[i] !== major[i]) mostlyInward[parts.of[face]] = 1;
  }
  return { mixedParts, mixedFaces, undecidedFaces, turnedFaces, oneSidedParts, turn, mixed, mostlyInward };
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
