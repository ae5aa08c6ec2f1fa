import type { Mesh } from "../../lib/codec/mod.ts";

/** The cube [−half, half]³, 12 faces, oriented outward. */
export function cube(half = 0.5): Mesh {
  const positions = Float32Array.from({ length: 24 }, (_, i) => half * (((Math.floor(i / 3) >> (i % 3)) & 1) * 2 - 1));
  // deno-fmt-ignore -- two triangles a side
  const indices = new Uint32Array([
    0, 4, 6, 0, 6, 2, 1, 3, 7, 1, 7, 5, 0, 1, 5, 0, 5, 4, 2, 6, 7, 2, 7, 3, 0, 2, 3, 0, 3, 1, 4, 5, 7, 4, 7, 6,
  ]);
  return { positions, indices };
}

/** A surface over a grid of parameters (u, v) in [0, 1)² that closes in both; oriented outward if (∂u × ∂v) points there. */
function closedGrid(rows: number, columns: number, point: (u: number, v: number) => number[]): Mesh {
  const positions: number[] = [];
  const indices: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      positions.push(...point(i / rows, j / columns));
      const at = (a: number, b: number) => ((i + a) % rows) * columns + (j + b) % columns;
      indices.push(at(0, 0), at(1, 0), at(1, 1), at(0, 0), at(1, 1), at(0, 1));
    }
  }
  return { positions: new Float32Array(positions), indices: new Uint32Array(indices) };
}

/** A torus around the z axis: `rows` × `columns` × 2 faces. */
export function torus(major = 0.6, minor = 0.25, rows = 48, columns = 48): Mesh {
  return closedGrid(rows, columns, (u, v) => {
    const [a, b] = [2 * Math.PI * u, 2 * Math.PI * v];
    const ring = major + minor * Math.cos(b);
    return [ring * Math.cos(a), ring * Math.sin(a), minor * Math.sin(b)];
  });
}

/** A sphere of 2·rows·columns − 2·columns faces; its poles are vertices. */
export function sphere(radius = 0.8, rows = 32, columns = 64): Mesh {
  const positions = [0, 0, radius];
  for (let i = 1; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const [a, b] = [Math.PI * i / rows, 2 * Math.PI * j / columns];
      positions.push(
        radius * Math.sin(a) * Math.cos(b),
        radius * Math.sin(a) * Math.sin(b),
        radius * Math.cos(a),
      );
    }
  }
  positions.push(0, 0, -radius);
  const last = positions.length / 3 - 1;
  const at = (i: number, j: number) => i === 0 ? 0 : i === rows ? last : 1 + (i - 1) * columns + j % columns;
  const indices: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      if (i < rows - 1) indices.push(at(i, j), at(i + 1, j), at(i + 1, j + 1));
      if (i > 0) indices.push(at(i, j), at(i + 1, j + 1), at(i, j + 1));
    }
  }
  return { positions: new Float32Array(positions), indices: new Uint32Array(indices) };
}

/** The mesh with every position changed. */
export function moved(mesh: Mesh, move: (p: number[]) => number[]): Mesh {
  const positions = new Float32Array(mesh.positions.length);
  for (let i = 0; i < positions.length; i += 3) positions.set(move([...mesh.positions.subarray(i, i + 3)]), i);
  return { positions, indices: mesh.indices };
}

/** Rotation about an axis through the origin by an angle (Rodrigues). */
export function rotation(axis: number[], angle: number): (p: number[]) => number[] {
  const norm = Math.hypot(...axis);
  const [x, y, z] = axis.map((each) => each / norm);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return ([a, b, d]) => {
    const along = (x * a + y * b + z * d) * (1 - c);
    return [
      a * c + (y * d - z * b) * s + x * along,
      b * c + (z * a - x * d) * s + y * along,
      d * c + (x * b - y * a) * s + z * along,
    ];
  };
}

/** The mesh with every face turned over. */
export function flipped({ positions, indices }: Mesh): Mesh {
  return { positions, indices: indices.map((_, i) => indices[i % 3 === 1 ? i + 1 : i % 3 === 2 ? i - 1 : i]) };
}

/** Several meshes as one. */
export function together(...meshes: Mesh[]): Mesh {
  const positions: number[] = [];
  const indices: number[] = [];
  for (const mesh of meshes) {
    const first = positions.length / 3;
    for (const vertex of mesh.indices) indices.push(first + vertex);
    for (const value of mesh.positions) positions.push(value);
  }
  return { positions: new Float32Array(positions), indices: new Uint32Array(indices) };
}
