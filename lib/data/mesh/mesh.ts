/** A surface of triangles. */
export interface Mesh {
  /** `[vertices, 3]` row-major: x, y, z. */
  readonly positions: Float32Array;
  /** `[faces, 3]` row-major: the vertices of each triangle, counter-clockwise seen from outside. */
  readonly indices: Uint32Array;
}
