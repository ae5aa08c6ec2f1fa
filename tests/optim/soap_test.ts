import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { createOptimizer, createVector, esgdSoap, openDevice, soap } from "../../mod.ts";
import { RotatedCore, type RotatedRule } from "../../lib/optim/rotated_core.ts";
import { Layout } from "../../lib/linalg/layout.ts";
import { distance, matrixFrom, multiply, someMatrix, transpose } from "../support/matrix.ts";
import { fileDevice } from "../support/device.ts";
import { followTrajectory } from "./matrix_trajectory.ts";

const gpu = await fileDevice();

for (const operands of ["buffer", "texture"] as const) {
  Deno.test(`SOAP follows the golden trajectory for 50 steps (operands from a ${operands})`, async () => {
    using gpu = await openDevice({ kernels: "register", operands });
    const errors = await followTrajectory(gpu, "soap_lr0.01_every10", soap({ learningRate: 0.01, refresh: "qr" }));
    // The eigenvectors of G Gᵀ in f32 differ by about 1e−4 from those in f64 where eigenvalues are small.
    for (const error of Object.values(errors)) assertLess(error, 4e-4);
    assertEquals(gpu.liveBuffers, 0);
  });
}

Deno.test("matrices with a side of more than 64 begin with orthonormal bases that sort the factors' diagonals", async () => {
  using gpu = await openDevice({ kernels: "register", operands: "buffer" });
  {
    const [rows, columns] = [100, 40];
    const layout = new Layout([{ name: "w", shape: [rows, columns] }]);
    using parameters = createVector(gpu, layout);
    using gradient = createVector(gpu, layout);
    using optimizer = createOptimizer(gpu, soap({ refresh: "qr" }), layout);
    const g = someMatrix(rows, columns, 1);
    gradient.write(g.flat());
    optimizer.step({ parameters, gradient });
    const { basis } = optimizer.state;
    const q = matrixFrom(await basis.read(), rows, rows, 0);
    assertLess(distance(multiply(transpose(q), q)), 2e-6);
    const rotated = multiply(transpose(q), g).map((row) => row.reduce((sum, each) => sum + each ** 2, 0));
    const total = rotated.reduce((sum, each) => sum + each, 0);
    // Two steps of orthogonal iteration leave at most rounding behind the rank, which is 40, and sort the rest.
    assertLess(rotated.slice(columns).reduce((sum, each) => sum + each, 0), 1e-5 * total);
    assertLess(0.5 * total, rotated.slice(0, columns / 2).reduce((sum, each) => sum + each, 0));
  }
  assertEquals(gpu.liveBuffers, 0);
});

for (const refresh of ["rotation", "qr"] as const) {
  const expected = refresh === "qr" ? "is rotated, too" : "keeps the identity";
  Deno.test(`refreshed by ${refresh}, a matrix with a side of more than 32 times the other ${expected}`, async () => {
    const [rows, columns] = [66, 2];
    const layout = new Layout([{ name: "v", shape: [3, 3] }, { name: "w", shape: [rows, columns] }]);
    using parameters = createVector(gpu, layout);
    using gradient = createVector(gpu, layout);
    using optimizer = createOptimizer(gpu, soap({ refresh, updateEvery: 1 }), layout);
    for (let step = 0; step < 3; step++) {
      gradient.write([...someMatrix(3, 3, step), ...someMatrix(rows, columns, step)].flat());
      optimizer.step({ parameters, gradient });
    }
    const basis = await optimizer.state.basis.read();
    // Those of v come first, of 9 numbers each.
    const [small, left, right] = [matrixFrom(basis, 3, 3, 0), matrixFrom(basis, rows, rows, 18), basis.slice(-4)];
    assertLess(0.01, distance(small));
    if (refresh === "qr") {
      assertLess(0.01, distance(left));
      assertLess(0.01, Math.abs(right[1]));
    } else {
      assertEquals(distance(left), 0);
      assertEquals([...right], [1, 0, 0, 1]);
    }
  });
}

Deno.test("with factorsEvery 2 left factors follow the even steps' gradients, right ones the odd steps'", async () => {
  using gpu = await openDevice({ kernels: "register", operands: "buffer" });
  const size = 5;
  const layout = new Layout([{ name: "w", shape: [size, size] }]);
  using parameters = createVector(gpu, layout);
  using gradient = createVector(gpu, layout);
  const beta = 0.9;
  using optimizer = createOptimizer(gpu, soap({ factorsEvery: 2, betas: [0.9, beta] }), layout);
  const gradients = Array.from({ length: 6 }, (_, step) => someMatrix(size, size, step));
  for (const g of gradients) {
    gradient.write(g.flat());
    optimizer.step({ parameters, gradient });
  }
  const factors = await optimizer.state.factors.read();
  for (const [side, turn] of [[0, 0], [1, 1]] as const) {
    let expected = gradients[0].map((row) => row.map(() => 0));
    gradients.forEach((g, step) => {
      if (step > 0 && step % 2 !== turn) return;
      const keep = step === 0 ? 0 : beta ** 2;
      const share = step === 0 ? 1 - beta : 1 - keep;
      const gram = side === 0 ? multiply(g, transpose(g)) : multiply(transpose(g), g);
      expected = expected.map((row, i) => row.map((entry, j) => keep * entry + share * gram[i][j]));
    });
    assertLess(distance(matrixFrom(factors, size, size, side * size * size), expected), 1e-5);
  }
});

Deno.test("with factorsWithin 2 a refresh's step and the one before it update factors, all others leave them", async () => {
  using gpu = await openDevice({ kernels: "register", operands: "buffer" });
  const size = 5;
  const layout = new Layout([{ name: "w", shape: [size, size] }]);
  using parameters = createVector(gpu, layout);
  using gradient = createVector(gpu, layout);
  const spec = soap({ updateEvery: 8, startEvery: 4, factorsWithin: 2, refresh: "rotation" });
  using optimizer = createOptimizer(gpu, spec, layout);
  const changed: { factors: number[]; basis: number[] } = { factors: [], basis: [] };
  const before: Record<string, ArrayLike<number>> = {};
  for (let step = 0; step < 50; step++) {
    gradient.write(someMatrix(size, size, step).flat());
    optimizer.step({ parameters, gradient });
    const [factors, basis] = await Promise.all([optimizer.state.factors.read(), optimizer.state.basis.read()]);
    for (const [name, now] of Object.entries({ factors, basis }) as [keyof typeof changed, Float32Array][]) {
      if (now.some((entry, i) => entry !== (before[name]?.[i] ?? 0))) changed[name].push(step);
      before[name] = now;
    }
  }
  // The interval of 4 lasts until step 32.
  const refreshes = [4, 8, 12, 16, 20, 24, 28, 32, 40, 48];
  assertEquals(changed.basis, [0, ...refreshes]);
  assertEquals(changed.factors, [0, ...refreshes.flatMap((step) => [step - 1, step])]);
});

for (
  const { options, left, right } of [
    // The published numbers, and those of refreshes that come all 20 steps.
    { options: { updateEvery: 10 }, left: range(1, 60), right: range(1, 60) },
    { options: { updateEvery: 20, factorsEvery: 2 }, left: range(2, 60, 2), right: range(1, 60, 2) },
    { options: { updateEvery: 20, factorsEvery: 4 }, left: range(4, 60, 4), right: range(2, 60, 4) },
    // Refreshes at 5, 10, 15 …: the step of one and every second before it.
    {
      options: { updateEvery: 5, factorsEvery: 2, factorsWithin: 2 },
      left: range(5, 60, 5),
      right: range(4, 60, 5),
    },
    // Refreshes at 5, 10 … 40, 50, 60.
    {
      options: { updateEvery: 80, startEvery: 5, factorsEvery: 5, factorsWithin: 6 },
      left: [...range(5, 41, 5), 45, 50, 55],
      right: [...range(2, 40, 5), 47, 57],
    },
  ]
) {
  Deno.test(`factors of both sides follow before each refresh with ${JSON.stringify(options)}`, async () => {
    const size = 3;
    const layout = new Layout([{ name: "w", shape: [size, size] }]);
    using parameters = createVector(gpu, layout);
    using gradient = createVector(gpu, layout);
    using optimizer = createOptimizer(gpu, soap({ ...options, refresh: "rotation" }), layout);
    const changed: number[][] = [[], []];
    let before = new Float32Array(2 * size * size);
    for (let step = 0; step < 60; step++) {
      gradient.write(someMatrix(size, size, step).flat());
      optimizer.step({ parameters, gradient });
      const now = Float32Array.from(await optimizer.state.factors.read());
      changed.forEach((steps, side) => {
        const own = (factors: Float32Array) => factors.slice(side * size * size, (side + 1) * size * size).join();
        if (own(now) !== own(before)) steps.push(step);
      });
      before = now;
    }
    assertEquals(changed, [[0, ...left], [0, ...right]]);
  });
}

Deno.test("intervals that would leave refreshes without updates of factors are refused", () => {
  const reason = ", or some refreshes would follow no update of a factor";
  for (
    const [options, text] of [
      [{ startEvery: 11 }, "startEvery: expected at most updateEvery (10), found 11."],
      [{ factorsWithin: 11 }, "factorsWithin: expected at most updateEvery (10), found 11."],
      [{ factorsEvery: 2, factorsWithin: 1 }, `factorsEvery: expected at most factorsWithin (1), found 2${reason}.`],
      [{ factorsEvery: 11 }, `factorsEvery: expected at most startEvery (10), found 11${reason}.`],
    ] as const
  ) {
    assertThrows(() => soap(options), RangeError, `soap: ${text}`);
    assertThrows(() => esgdSoap(options), RangeError, `esgdSoap: ${text.replace("updateEvery", "basisEvery")}`);
  }
});

Deno.test("a core of a caller's own is refused intervals that do not fit together, and its rule is freed", async () => {
  using gpu = await openDevice({ kernels: "register", operands: "buffer" });
  const layout = new Layout([{ name: "w", shape: [4, 4] }]);
  const rotation = { basisEvery: 5, refresh: "qr", averaging: 0.9, weightDecay: 0 } as const;
  const created = (schedule: object) => {
    const diagonal = createVector(gpu, layout);
    const rule: RotatedRule = {
      diagonal,
      record() {},
      divisor: () => ({ estimate: diagonal, magnitude: "root", epsilon: 1 }),
      [Symbol.dispose]: () => diagonal[Symbol.dispose](),
    };
    new RotatedCore({ gpu, layout }, { ...rotation, ...schedule }, "diagonal", rule)[Symbol.dispose]();
  };
  created({ startEvery: 5 });
  assertThrows(
    () => created({ startEvery: 6 }),
    RangeError,
    "RotatedCore: startEvery: expected at most basisEvery (5), found 6.",
  );
  assertThrows(() => created({ factorsWithin: 6 }), RangeError, "RotatedCore: factorsWithin: expected at most");
  assertEquals(gpu.liveBuffers, 0);
});

function range(first: number, end: number, by = 1): number[] {
  return Array.from({ length: Math.ceil((end - first) / by) }, (_, i) => first + i * by);
}
