import type { Mesh } from "../../lib/codec/mesh/mesh.ts";
import { addScaled, cross, dot, normalise, poseColumn, type Vector3 } from "../../lib/data/scene/camera.ts";
import type { SceneBounds } from "../../lib/data/scene/ray_space.ts";

/** The share of vertices that a picture shows for sure. */
const SHOWN = 0.95;

/** How much farther than these the picture reaches. */
const MARGIN = 1.2;

/**
 * A mesh of a scene, moved to where `meshPicture` looks: y is up for the cameras, and z points to them if they look forward, otherwise
 * to the first one. Nearly all vertices are in the unit sphere. Faces far outside are left out, which would make the others small.
 */
export function inView(mesh: Mesh, { cameras, kind }: SceneBounds): Mesh {
  const sum = (column: number) =>
    cameras.reduce<Vector3>((total, { pose }) => addScaled(total, poseColumn(pose, column), 1), [0, 0, 0]);
  const ups = sum(1);
  // The mean up direction vanishes if half of the cameras are upside down.
  const up = normalise(Math.hypot(...ups) > 1e-6 ? ups : poseColumn(cameras[0].pose, 1));
  const back = kind === "forward" ? sum(2) : poseColumn(cameras[0].pose, 2);
  const level = addScaled(back, up, -dot(back, up));
  const towards = normalise(Math.hypot(...level) > 1e-6 ? level : cross(up, poseColumn(cameras[0].pose, 0)));
  const axes = [cross(up, towards), up, towards];
  const { positions } = mesh;
  const count = positions.length / 3;
  const at = (i: number): Vector3 => [positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]];
  const turned = Float64Array.from({ length: 3 * count }, (_, i) => dot(axes[i % 3], at(Math.floor(i / 3))));
  const middle = [0, 1, 2].map((axis) => {
    const sorted = Float64Array.from({ length: count }, (_, i) => turned[3 * i + axis]).sort();
    const quantile = (share: number) => sorted[Math.round(share * (count - 1))];
    return (quantile((1 - SHOWN) / 2) + quantile((1 + SHOWN) / 2)) / 2;
  });
  const moved = turned.map((value, i) => value - middle[i % 3]);
  const distances = Float64Array.from({ length: count }, (_, i) => Math.hypot(...moved.subarray(3 * i, 3 * i + 3)));
  const radius = MARGIN * distances.toSorted()[Math.floor(SHOWN * (count - 1))] || 1;
  const indices = mesh.indices.filter((_, i) => {
    const face = mesh.indices.subarray(i - i % 3, i - i % 3 + 3);
    return face.every((vertex) => distances[vertex] <= radius);
  });
  return {
    positions: Float32Array.from(moved, (value, i) => distances[Math.floor(i / 3)] <= radius ? value / radius : 0),
    indices,
  };
}
