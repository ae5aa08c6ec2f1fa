/** A corner counts as flat if its triangle is smaller than this fraction of the polygon's area. */
const FLAT = 1e-12;

/**
 * Projects a polygon along its mean normal (Newell), as seen from the side that the normal points to.
 *
 * @param positions `[vertices, 3]`.
 * @param corners The indices of its vertices.
 * @param x Receives the first coordinate of each corner, relative to the first corner.
 * @param y Receives the second coordinate.
 * @returns Twice the area below which a triangle counts as flat.
 */
export function projectPolygon(
  positions: ArrayLike<number>,
  corners: ArrayLike<number>,
  x: Float64Array,
  y: Float64Array,
): number {
  const count = corners.length;
  const first = 3 * corners[0];
  const [ox, oy, oz] = [positions[first], positions[first + 1], positions[first + 2]];
  let [sx, sy, sz] = [0, 0, 0];
  let [ax, ay, az] = [0, 0, 0];
  for (let i = 1; i <= count; i++) {
    const at = i === count ? first : 3 * corners[i];
    const [bx, by, bz] = [positions[at] - ox, positions[at + 1] - oy, positions[at + 2] - oz];
    sx += ay * bz - az * by;
    sy += az * bx - ax * bz;
    sz += ax * by - ay * bx;
    [ax, ay, az] = [bx, by, bz];
  }
  const twice = Math.hypot(sx, sy, sz);
  const size = twice || 1;
  const [nx, ny, nz] = [sx / size, sy / size, sz / size];
  // Two orthogonal directions that are perpendicular to the normal (Duff et al. 2017).
  const sign = nz < 0 ? -1 : 1;
  const s = -1 / (sign + nz);
  const t = nx * ny * s;
  const [ux, uy, uz] = [1 + sign * nx * nx * s, sign * t, -sign * nx];
  const [vx, vy, vz] = [t, sign + ny * ny * s, -ny];
  for (let i = 0; i < count; i++) {
    const at = 3 * corners[i];
    const [px, py, pz] = [positions[at] - ox, positions[at + 1] - oy, positions[at + 2] - oz];
    x[i] = ux * px + uy * py + uz * pz;
    y[i] = vx * px + vy * py + vz * pz;
  }
  return FLAT * twice;
}
