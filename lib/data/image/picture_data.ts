import { checkArguments, DEVICE, FIELD, OPTIONS, PICTURE } from "../../hyperparameter/arguments.ts";
import { checkOptions, objectWith } from "../../hyperparameter/members.ts";
import type { DeviceBuffer } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { PermutationUniforms } from "../../gpu/random.ts";
import { linearGroups } from "../../gpu/groups.ts";
import type { ChunkRequest, MatrixPlace } from "../../diff/request.ts";
import { widthsOf } from "../../field/description.ts";
import { Evaluation, EVALUATION_OPTIONS, type EvaluationOptions } from "../../field/evaluate.ts";
import type { Field } from "../../field/field.ts";
import { padRows } from "../../linalg/gemm/shape.ts";
import { checkFinite } from "../check_finite.ts";
import { type EpochOrder, orderUniforms, type TrainingData } from "../training_data.ts";
import type { Picture } from "../../codec/image/picture.ts";
import text from "../../../wgsl/data/image/batch_pixels.wgsl" with { type: "text" };

const source = { name: "batch_pixels", text };
const SHAPE = objectWith("the width, the height and the channels of a picture", "width", "height", "channels");

/**
 * A picture's pixels as training data: inputs are (row, column) in [−1, 1]², targets the pixel's channels. There is one sample per
 * pixel, in row-major order.
 *
 * @throws {Error} When a batch is made, if the width of the field's input is not 2, or that of its output differs from the number of
 * channels.
 */
export function pictureData(gpu: Gpu, picture: Picture): TrainingData {
  checkArguments("pictureData", { gpu: [gpu, DEVICE], picture: [picture, PICTURE] });
  const { width, height, channels, pixels } = picture;
  checkFinite(pixels, (i) => {
    const pixel = Math.floor(i / channels);
    return `picture: row ${Math.floor(pixel / width)}, column ${pixel % width}, channel ${i % channels}`;
  });
  const table = gpu.buffer("picture", pixels.byteLength);
  gpu.write(table, pixels);
  return {
    count: width * height,
    fill: Object.assign(
      (chunk: ChunkRequest, indices: DeviceBuffer) => {
        recordBatch(gpu, { picture, table, chunk }, { indices, first: 0 });
      },
      {
        inOrder(chunk: ChunkRequest, order: EpochOrder) {
          const { first } = order;
          recordBatch(gpu, { picture, table, chunk }, { order: orderUniforms(width * height, order), first });
        },
      },
    ),
    [Symbol.dispose]: () => table[Symbol.dispose](),
  };
}

/**
 * Renders a picture from a field: evaluates its first output at all pixels, in chunks. Values are not clamped.
 *
 * @param shape Width, height and channels of the picture. It may have any size; both axes span [−1, 1].
 * @throws {Error} If the width of the output differs from the number of channels.
 */
export async function renderPicture(
  field: Field,
  shape: { readonly width: number; readonly height: number; readonly channels: Picture["channels"] },
  options: EvaluationOptions = {},
): Promise<Picture> {
  checkOptions("renderPicture", options, EVALUATION_OPTIONS);
  checkArguments("renderPicture", { field: [field, FIELD], shape: [shape, SHAPE], options: [options, OPTIONS] });
  const { gpu } = field;
  const { width, height, channels } = shape;
  const count = width * height;
  const [name, layer] = Object.entries(field.description.outputs)[0];
  const outputs = widthsOf(field.description).get(layer);
  if (outputs !== channels) {
    throw new Error(`renderPicture: expected an output of ${channels} channels, but ${name} has ${outputs}.`);
  }
  using evaluation = new Evaluation(field, count, options);
  using indices = gpu.buffer("pixel indices", count * 4);
  gpu.write(indices, Uint32Array.from({ length: count }, (_, i) => i));
  const results = evaluation.prepare(count);
  const [input] = Object.keys(field.description.inputs);
  const { value, width: columns, padded } = evaluation.network.node(input);
  for (let first = 0; first < count; first += evaluation.chunk) {
    const rows = Math.min(evaluation.chunk, count - first);
    const place = { buffer: value, width: columns, stride: padded };
    recordPixels(gpu, { indices, first }, { shape, place, rows, paddedRows: padRows(rows) });
    await evaluation.run(first, rows, results);
  }
  return { width, height, channels, pixels: Object.values(results)[0] };
}

/** Which pixels are meant: from a place on, those with the numbers in `indices`, or those of an epoch's order. */
interface PixelChoice {
  readonly indices?: DeviceBuffer;
  readonly order?: PermutationUniforms;
  readonly first: number;
}

/** Records putting a chunk's pixels in place, a pair of an input and a target in each dispatch. */
function recordBatch(
  gpu: Gpu,
  { picture, table, chunk: { first, rows, paddedRows, inputs, targets } }: {
    readonly picture: Picture;
    readonly table: DeviceBuffer;
    readonly chunk: ChunkRequest;
  },
  choice: PixelChoice,
): void {
  const { channels } = picture;
  for (const [name, { width }] of inputs) {
    if (width === 2) continue;
    throw new Error(`picture: expected an input of width 2 (row, column), but ${name} has ${width}.`);
  }
  for (const [name, { width }] of targets) {
    if (width === channels) continue;
    throw new Error(
      `picture: expected as many outputs as the picture's ${channels} channels, but ${name} has ${width}.`,
    );
  }
  const [places, colours] = [[...inputs.values()], [...targets.values()]];
  for (let i = 0; i < Math.max(places.length, colours.length); i++) {
    const target = colours[i];
    recordPixels(gpu, { ...choice, first: choice.first + first }, {
      shape: picture,
      place: places[Math.min(i, places.length - 1)],
      rows,
      paddedRows,
      ...target && { colours: { target, table, channels } },
    });
  }
}

/** Where pixels go. */
interface PixelPlace {
  readonly shape: { readonly width: number; readonly height: number };
  /** The matrix that receives the coordinates; its rows from `rows` to `paddedRows` become 0. */
  readonly place: MatrixPlace;
  readonly rows: number;
  readonly paddedRows: number;
  /** The matrix that receives the colours, and where they are. */
  readonly colours?: { readonly target: MatrixPlace; readonly table: DeviceBuffer; readonly channels: number };
}

/** Records computing the coordinates of pixels, and copying their colours if these are wanted. */
function recordPixels(
  gpu: Gpu,
  { indices, order, first }: PixelChoice,
  { shape: { width, height }, place, rows, paddedRows, colours }: PixelPlace,
): void {
  const { buffer: places, stride } = place;
  gpu.dispatch(
    gpu.kernel(source, { ordered: order !== undefined, colours: colours !== undefined }),
    {
      places,
      ...indices && { indices },
      ...colours && { picture: colours.table, targets: colours.target.buffer },
    },
    {
      rows,
      padded_rows: paddedRows,
      width,
      height,
      stride,
      first,
      channels: colours?.channels ?? 0,
      target_stride: colours?.target.stride ?? 0,
      ...order,
    },
    linearGroups(paddedRows, 64),
  );
}
