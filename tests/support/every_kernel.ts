import {
  activations,
  binaryCrossEntropy,
  chain,
  createDifferentiator,
  createField,
  createOptimizer,
  createVector,
  decayWeights,
  extractMesh,
  type FieldDescription,
  type Gpu,
  lossAndGradient,
  meanSquaredError,
  mlp,
  OccupancySampler,
  optimizerFromConfig,
  optimizerNames,
  pictureData,
  positionalEncoding,
  radianceField,
  rayData,
  raySpace,
  renderPicture,
  renderView,
  train,
  volumeRendering,
  weightedSum,
} from "../../mod.ts";
import {
  curvatureOperator,
  diagonalPreconditioner,
  dominantEigenvectors,
  lanczos,
  preconditionedOperator,
} from "../../lib/curvature/mod.ts";
import { tableData, type TrainingData } from "../../lib/data/training_data.ts";
import { STORAGE_FORMATS } from "../../lib/gpu/storage_format.ts";
import { randomWords } from "../../lib/gpu/random.ts";
import { Eigenbasis } from "../../lib/linalg/eigenbasis.ts";
import { BatchedProducts } from "../../lib/linalg/gemm/batched_products.ts";
import { squareLayout } from "../../lib/linalg/matrix_view.ts";
import { NEWTON_SCHULZ_ITERATIONS } from "../../lib/linalg/newton_schulz.ts";
import { Squares } from "../../lib/linalg/squares.ts";
import { fieldGradient, laplacian } from "../../lib/field/mod.ts";
import { FUSED, KERNEL_CHOICES } from "../../lib/linalg/gemm/family.ts";
import { eikonal, gradientSupervised, huber, meanAbsoluteError } from "../../lib/objective/mod.ts";
import { renderPixels } from "../../lib/render/mod.ts";
import type { OptimizerSpec } from "../../mod.ts";
import { collectingDevice, type KernelText } from "./kernel_texts.ts";
import { testPicture } from "./scenes.ts";

/** The families of straight-line text need whole blocks of 256. */
const ROWS = 512;

/**
 * The complete texts of the kernels that the library compiles: of all activations, objectives, optimizers, families of matrix products and
 * kinds of data, with both ways of reading operands. Nothing is computed.
 */
export async function collectKernels(): Promise<KernelText[]> {
  const texts = new Map<string, KernelText>();
  for (const operands of ["buffer", "texture"] as const) {
    for (const kernels of KERNEL_CHOICES) {
      using gpu = collectingDevice(texts, { kernels, operands });
      await derive(gpu, mlp({ inputs: 3, hidden: [40, 300], outputs: 3, activation: activations.sine() }));
      if (kernels !== "auto" && kernels !== "tile") continue;
      for (const name of optimizerNames) await trainWith(gpu, optimizerFromConfig({ name, clipNorm: 1 }));
    }
    for (const activation of Object.values(activations)) {
      using fused = collectingDevice(texts, { kernels: FUSED, operands });
      await derive(fused, mlp({ inputs: 3, hidden: [40, 40, 16], outputs: 3, activation: activation() }));
    }
    using fused = collectingDevice(texts, { kernels: FUSED, operands });
    for (const iteration of NEWTON_SCHULZ_ITERATIONS) {
      await trainWith(fused, optimizerFromConfig({ name: "muon", iteration }));
    }
    await trainWith(fused, optimizerFromConfig({ name: "shampoo" }));
    using gpu = collectingDevice(texts, { kernels: "register", operands });
    for (const activation of Object.values(activations)) {
      for (const encoding of [undefined, positionalEncoding({ octaves: 3 })]) {
        await derive(gpu, mlp({ inputs: 3, hidden: [20, 20], outputs: 3, activation: activation(), encoding }));
      }
    }
    await trainWith(gpu, chain(decayWeights(0.1), optimizerFromConfig({ name: "adam" })));
    await trainWith(gpu, optimizerFromConfig({ name: "shampoo", grafting: "adam" }));
    await trainWith(gpu, optimizerFromConfig({ name: "soap", refresh: "rotation" }));
    await trainWith(gpu, optimizerFromConfig({ name: "muon", iteration: "unitRows" }));
    await trainWith(gpu, optimizerFromConfig({ name: "muon", iteration: "degree17" }));
    await readData(gpu);
    await measureCurvature(gpu);
    await extend(gpu);
  }
  return [...texts.values()];
}

/** Compiles the passes of a field with every objective. */
async function derive(gpu: Gpu, description: FieldDescription): Promise<void> {
  using field = createField(gpu, description, { seed: 1 });
  const inputs = new Float32Array(ROWS * 3);
  const targets = new Float32Array(ROWS * 3);
  const sum = weightedSum([meanSquaredError(), eikonal()].map((objective) => ({ objective, weight: 2 })));
  const pairs = [
    [meanSquaredError(), targets],
    [meanAbsoluteError(), targets],
    [huber(), targets],
    [binaryCrossEntropy(), targets],
    [eikonal(), {}],
    [gradientSupervised(), new Float32Array(ROWS * 9)],
    [sum, targets],
  ] as const;
  for (const [objective, targets] of pairs) {
    const direction = new Float32Array(field.parameterCount);
    for (const storage of STORAGE_FORMATS) {
      using differentiator = createDifferentiator(field, objective, { storage });
      await differentiator.hessianVectorProduct({ inputs, targets }, direction);
      await differentiator.gaussNewtonVectorProduct({ inputs, targets }, direction);
    }
  }
  await fieldGradient(field, inputs);
  await laplacian(field, inputs);
}

/** Compiles an optimizer's steps, for matrices of several shapes. */
async function trainWith(gpu: Gpu, spec: OptimizerSpec): Promise<void> {
  using field = createField(gpu, mlp({ inputs: 2, hidden: [40, 72], outputs: 3, activation: activations.sine() }), {
    seed: 1,
  });
  using optimizer = createOptimizer(gpu, spec, field.layout);
  using data = pictureData(gpu, testPicture(20, 10));
  const reduce = () => Promise.resolve();
  await Array.fromAsync(
    train({ field, objective: meanSquaredError(), data, optimizer, batchSize: 100, steps: 25, epochs: 20 }),
  );
  await Array.fromAsync(
    train({ field, objective: meanSquaredError(), data, optimizer, batchSize: 100, steps: 27, epochs: 20, reduce }),
  );
}

/** Compiles what reads pictures, meshes and scenes, and what renders them. */
async function readData(gpu: Gpu): Promise<void> {
  using image = createField(gpu, mlp({ inputs: 2, hidden: [16], outputs: 3, activation: activations.relu() }), {
    seed: 1,
  });
  await renderPicture(image, { width: 9, height: 5, channels: 3 });
  fillBatch(gpu, pictureData(gpu, testPicture(9, 5)));
  const table = { inputs: new Float32Array(20), targets: new Float32Array(30) };
  fillBatch(gpu, tableData(image, meanSquaredError(), table));
  using solid = createField(gpu, mlp({ inputs: 3, hidden: [16], outputs: 1, activation: activations.relu() }), {
    seed: 1,
  });
  await extractMesh(solid, { resolution: 4 });
  const positions = Float32Array.of(0, 0, 0, 0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5);
  using sampler = new OccupancySampler(gpu, {
    positions,
    indices: Uint32Array.of(0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3),
  });
  await sampler.sample({ count: 100, seed: 1 });
  const camera = {
    pose: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 4],
    width: 8,
    height: 6,
    focal: [8, 8],
    centre: [4, 3],
  } as const;
  using field = createField(gpu, radianceField({ activation: activations.relu(), depth: 3, width: 16, skips: [2] }), {
    seed: 1,
  });
  const views = [{
    name: "a",
    camera,
    picture: testPicture(8, 6),
    mask: Uint8Array.from({ length: 48 }, (_, i) => i % 2),
  }];
  for (const kind of ["metric", "inverse"] as const) {
    const space = raySpace(kind, { cameras: [camera], near: 2, far: 6, kind: "around" });
    const objective = volumeRendering({ intervals: 4, fine: 2 });
    using data = rayData(gpu, views, space, { intervals: 4, fine: 2 });
    using optimizer = createOptimizer(gpu, optimizerFromConfig({ name: "esgd" }), field.layout);
    await Array.fromAsync(train({ field, objective, data, optimizer, batchSize: 20, epochs: 2 }));
    await renderView(field, camera, { space, intervals: 4, fine: 2 });
    await renderPixels(field, [camera], Uint32Array.of(3, 4), { space, intervals: 4, fine: 2 });
  }
}

/** Compiles both ways in which the samples of a batch are copied. */
function fillBatch(gpu: Gpu, data: TrainingData): void {
  using owned = data;
  using buffer = gpu.buffer("batch", 16 * 16 * 4);
  const place = (width: number) => ({ buffer, width, stride: 16 });
  const sizes = { first: 0, samples: 1, paddedSamples: 16, rows: 1, paddedRows: 16 };
  const chunk = {
    ...sizes,
    inputs: new Map([["input", place(2)]]),
    targets: new Map([["output", place(3)]]),
  };
  owned.fill(chunk, buffer, { seed: 0, step: 0, epoch: 0 });
  owned.fill.inOrder!(chunk, { seed: 0, epoch: 0, first: 0 });
}

async function measureCurvature(gpu: Gpu): Promise<void> {
  using field = createField(gpu, mlp({ inputs: 3, hidden: [16], outputs: 3, activation: activations.sine() }), {
    seed: 1,
  });
  const batch = { inputs: new Float32Array(ROWS * 3), targets: new Float32Array(ROWS * 3) };
  using operator = curvatureOperator(field, meanSquaredError(), batch, "hessian");
  await lanczos(operator, { steps: 3 });
  await dominantEigenvectors(operator, 2);
  using preconditioner = diagonalPreconditioner(operator, new Float32Array(field.parameterCount).fill(1));
  using preconditioned = preconditionedOperator(operator, preconditioner);
  await lanczos(preconditioned, { steps: 1 });
  using optimizer = createOptimizer(gpu, optimizerFromConfig({ name: "adam" }), field.layout);
  const { gradient } = await lossAndGradient(field, meanSquaredError(), batch);
  optimizer.step({ parameters: field.parameters, gradient });
  using ownPreconditioner = await optimizer.preconditioner(gradient);
  ownPreconditioner?.applyFactor(gradient, gradient);
}

/** What the families of straight-line text compute in a batch. */
const WHOLE_TILE = { offset: 0, stride: 256, rows: 256, columns: 256 };
const SQUARE = { a: WHOLE_TILE, b: WHOLE_TILE, c: WHOLE_TILE };

/** Compiles what only extensions use, and batches of products by straight-line text. */
async function extend(gpu: Gpu): Promise<void> {
  const layout = squareLayout([{ name: "matrix", size: 7 }]);
  using squares = new Squares(gpu, layout);
  using eigenbasis = new Eigenbasis(squares);
  using matrices = createVector(gpu, layout);
  using basis = createVector(gpu, layout);
  eigenbasis.compute(matrices.buffer, basis.buffer);
  using products = new BatchedProducts(gpu, [SQUARE]);
  using operand = createVector(gpu, squareLayout([{ name: "matrix", size: 256 }]));
  using result = createVector(gpu, operand.layout);
  const [a, c] = [operand.buffer, result.buffer];
  for (const family of ["straight", "straight32"] as const) {
    products.record({ a, b: a, c }, 1, 0, family);
    products.record({ a, b: a, c, d: a }, 1, 1, family);
  }
  await randomWords(gpu, { seed: 0, stream: 0, step: 0 }, 0, 4);
}
