import { evaluateField, type NamedArrays } from "../field/evaluate.ts";
import type { Field } from "../field/field.ts";
import type { Mesh } from "../codec/mesh/mesh.ts";
import { areaVector } from "../data/mesh/inspect.ts";
import type { Vector3 } from "../data/scene/camera.ts";
import { inputOf } from "../data/scene/input_space.ts";
import type { CameraViews } from "./camera_views.ts";

/**
 * The colours of a radiance field at the vertices of a surface, each seen from the camera that looks at it most frontally.
 *
 * @param mesh The surface in the frame of the views' space, oriented outward.
 * @returns `[vertices, 3]`: RGB, from 0 to 255.
 */
export async function surfaceColours(
  field: Field,
  mesh: Mesh,
  views: CameraViews,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const { positions } = mesh;
  const normals = vertexNormals(mesh);
  const inputs = { position: new Float32Array(positions.length), direction: new Float32Array(positions.length) };
  for (let i = 0; i < positions.length; i += 3) {
    const point: Vector3 = [positions[i], positions[i + 1], positions[i + 2]];
    inputs.position.set(inputOf(views.space, point), i);
    inputs.direction.set(views.directionTo(point, [normals[i], normals[i + 1], normals[i + 2]]), i);
  }
  const { colour } = await evaluateField(field, inputs, signal) as NamedArrays;
  return Uint8Array.from(colour, (value) => Math.round(255 / (1 + Math.exp(-value))));
}

/** `[vertices, 3]`: the unit normals of a surface, means over the faces at a vertex, weighted by area. */
function vertexNormals(mesh: Mesh): Float64Array {
  const { positions, indices } = mesh;
  const normals = new Float64Array(positions.length);
  for (let i = 0; i < indices.length; i++) {
    const normal = areaVector(mesh, Math.floor(i / 3));
    for (let axis = 0; axis < 3; axis++) normals[3 * indices[i] + axis] += normal[axis];
  }
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(normals[i], normals[i + 1], normals[i + 2]) || 1;
    for (let axis = 0; axis < 3; axis++) normals[i + axis] /= length;
  }
  return normals;
}
