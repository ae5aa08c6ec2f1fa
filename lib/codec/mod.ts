/**
 * Bytes to values and back, without a device: pictures, meshes, tensors.
 *
 * @module
 */
export { decodeWav } from "./audio/decode_wav.ts";
export { encodeWav } from "./audio/encode_wav.ts";
export { type Sound } from "./audio/sound.ts";
export { gunzip } from "./gunzip.ts";
export { type DecodeOptions, decodePicture, type PictureHeader, readPictureHeader } from "./image/decode_picture.ts";
export { encodeAnimatedPng } from "./image/encode_animated_png.ts";
export { encodeGif, type GifFrame } from "./image/encode_gif.ts";
export { encodePng, type EncodePngOptions } from "./image/encode_png.ts";
export { type Picture } from "./image/picture.ts";
export { decodeMesh } from "./mesh/decode_mesh.ts";
export { encodeObj } from "./mesh/encode_obj.ts";
export { encodePly, encodePlyPoints } from "./mesh/encode_ply.ts";
export { type DecodedMesh, type Mesh } from "./mesh/mesh.ts";
export { weldVertices } from "./mesh/weld.ts";
export { encodeNpy } from "./tensor/encode_npy.ts";
export { type NpyArray, readNpy } from "./tensor/npy.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsContent,
  type StoredTensor,
  type TensorData,
} from "./tensor/safetensors.ts";
