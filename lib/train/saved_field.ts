import { BYTES, checkArguments, DESCRIPTION, DEVICE, FIELD } from "../hyperparameter/arguments.ts";
import { checkMembers, optional, TEXT } from "../hyperparameter/members.ts";
import { CHECKSUM } from "../codec/tensor/checksum.ts";
import { decodeSafetensors, encodeSafetensors } from "../codec/tensor/safetensors.ts";
import { type FieldDescription, segmentsOf } from "../field/description.ts";
import { descriptionFromText, descriptionToText } from "../field/description_text.ts";
import { Field } from "../field/field.ts";
import type { Gpu } from "../gpu/device.ts";
import { Layout } from "../linalg/layout.ts";
import { checkChecksum, fieldIn } from "./checkpoint.ts";
import { checkSameField } from "./checkpoint_mismatch.ts";
import { tensorsToVector, vectorsToTensors } from "./vector_tensors.ts";

/** Options of {@linkcode loadField}. */
export interface LoadFieldOptions {
  /**
   * The field's description; by default the one in the file. A field with an activation or an encoding that is in no registry
   * needs it.
   */
  readonly description?: FieldDescription;
  /** How errors call the file. */
  readonly name?: string;
}

/**
 * A field as a `.safetensors` file: its parameters by segment (`parameters/layers.0.weight`, …), and its description in the
 * metadata (`field`, as JSON), so that {@linkcode loadField} needs nothing else. Equal fields give equal bytes.
 *
 * @example
 * ```ts ignore
 * await Deno.writeFile("field.safetensors", await saveField(field));
 * using again = loadField(gpu, await Deno.readFile("field.safetensors"));
 * ```
 */
export async function saveField(field: Field): Promise<Uint8Array> {
  checkArguments("saveField", { field: [field, FIELD] });
  const tensors = await vectorsToTensors({ parameters: field.parameters });
  return encodeSafetensors(tensors, { field: descriptionToText(field.description) });
}

/**
 * A field from the bytes of {@linkcode saveField}, or of a training run's checkpoint, whose optimizer state is left out. The
 * caller disposes of it.
 *
 * @throws {CheckpointMismatchError} When the field was saved with another description than the given one.
 * @throws When the bytes are damaged or of something else, or when the file's
 * description names an activation or an encoding that no registry has.
 */
export function loadField(gpu: Gpu, bytes: Uint8Array, options: LoadFieldOptions = {}): Field {
  checkMembers("loadField", options, { description: optional(DESCRIPTION), name: optional(TEXT) });
  const { name = "loadField" } = options;
  checkArguments(name, { gpu: [gpu, DEVICE], bytes: [bytes, BYTES] });
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  // Only checkpoints have a checksum.
  if (Object.hasOwn(metadata, CHECKSUM) || Object.hasOwn(metadata, "optimizer")) checkChecksum(bytes, name);
  const description = options.description ?? storedDescription(metadata, name);
  if (options.description !== undefined && Object.hasOwn(metadata, "field")) {
    checkSameField(metadata.field, description, name);
  }
  const parameters = tensorsToVector(tensors, "parameters", new Layout(segmentsOf(description)), name);
  const field = new Field(gpu, description);
  field.parameters.write(parameters);
  return field;
}

function storedDescription(metadata: Readonly<Record<string, string>>, name: string): FieldDescription {
  return descriptionFromText(fieldIn(metadata, name), `${name}, field`);
}
