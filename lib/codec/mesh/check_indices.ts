import { MESH } from "../../hyperparameter/arguments.ts";
import { checkMember } from "../../hyperparameter/members.ts";
import type { Mesh } from "./mesh.ts";

/**
 * Checks that a mesh's arrays have valid types, lengths and indices. The mesh may have no faces.
 *
 * @param where The beginning of the error message.
 * @throws {Error} If an array has the wrong type or length, or an index is out of range.
 */
export function checkIndices(mesh: Mesh, where: string): void {
  checkMember(where, mesh, MESH);
  const { positions, indices } = mesh;
  const isReal = positions instanceof Float32Array || positions instanceof Float64Array;
  if (!isReal || !(indices instanceof Uint32Array)) {
    const [found, and] = [positions, indices].map((each: unknown) =>
      (each as object | null)?.constructor?.name ?? `${each}`
    );
    throw new TypeError(
      `${where}: expected positions as Float32Array or Float64Array and indices as Uint32Array, found ${found} and ${and}.`,
    );
  }
  if (positions.length % 3 !== 0 || indices.length % 3 !== 0) {
    throw new Error(
      `${where}: expected three numbers per vertex and per face, found ${positions.length} and ${indices.length} in total.`,
    );
  }
  const vertices = positions.length / 3;
  const missing = indices.findIndex((vertex) => vertex >= vertices);
  if (missing >= 0) {
    throw new Error(
      `${where}: face ${Math.floor(missing / 3)} refers to vertex ${indices[missing]}, but there are ${vertices}.`,
    );
  }
}
