import { checkArguments, DEVICE, FIELD, OPTIONS, PICTURE } from "../../hyperparameter/arguments.ts";
import { objectWith } from "../../hyperparameter/members.ts";
import type { DeviceBuffer } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { linearGroups } from "../../gpu/groups.ts";
import type { MatrixPlace } from "../../diff/request.ts";
import { widthsOf } from "../../field/description.ts";
import { Evaluation, type EvaluationOptions } from "../../field/evaluate.ts";
import type { Field } from "../../field/field.ts";
import { padRows } from "../../linalg/gemm/shape.ts";
import { checkFinite } from "../check_finite.ts";
import type { TrainingData } from "../training_data.ts";
import type { Picture } from "../../codec/image/picture.ts";
import coordinatesText from "../../../wgsl/data/image/batch_pixel_coordinates.wgsl" with { type: "text" };
import tableText from "../../../wgsl/data/batch_table.wgsl" with { type: "text" };

const coordinatesSource = { name: "batch_pixel_coordinates", text: coordinatesText };
const SHAPE = objectWith("the width, the height and the channels of a picture", "width", "height", "channels");

const tableSource = { name: "batch_table", text: tableText };

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
    fill({ first, rows, paddedRows, inputs, targets }, indices) {
      for (const [name, place] of inputs) {
        if (place.width !== 2) {
          throw new Error(`picture: expected an input of width 2 (row, column), but ${name} has ${place.width}.`);
        }
        coordinates(gpu, { indices, shape: picture, place, first, rows, paddedRows });
      }
      for (const [name, { buffer, width, stride }] of targets) {
        if (width !== channels) {
          throw new Error(
            `picture: expected as many outputs as the picture's ${channels} channels, but ${name} has ${width}.`,
          );
        }
        gpu.dispatch(
          gpu.kernel(tableSource),
          { indices, table, batch: buffer },
          { rows, padded_rows: paddedRows, columns: channels, stride, first, group: 1 },
          linearGroups(paddedRows * stride, 64),
        );
      }
    },
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
    coordinates(gpu, { indices, shape, place, first, rows, paddedRows: padRows(rows) });
    await evaluation.run(first, rows, results);
  }
  return { width, height, channels, pixels: Object.values(results)[0] };
}

/** Pixels whose coordinates are wanted: `rows` of the numbers in `indices`, from position `first` on. */
interface CoordinateRequest {
  readonly indices: DeviceBuffer;
  readonly shape: { readonly width: number; readonly height: number };
  /** The matrix that receives the coordinates; its rows from `rows` to `paddedRows` become 0. */
  readonly place: MatrixPlace;
  readonly first: number;
  readonly rows: number;
  readonly paddedRows: number;
}

/** Records computing the coordinates of pixels. */
function coordinates(gpu: Gpu, { indices, shape, place, first, rows, paddedRows }: CoordinateRequest): void {
  const { width, height } = shape;
  const { buffer, stride } = place;
  gpu.dispatch(
    gpu.kernel(coordinatesSource),
    { indices, batch: buffer },
    { rows, padded_rows: paddedRows, width, height, stride, first },
    linearGroups(paddedRows, 64),
  );
}
