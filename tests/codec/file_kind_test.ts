import { assertEquals, assertRejects } from "@std/assert";
import { decodeMesh, decodePicture } from "../../mod.ts";

const bytesOf = (content: string) => Uint8Array.from(content, (character) => character.charCodeAt(0));

Deno.test("meshes of kinds that are not read are named, with what to convert them to", async () => {
  const kinds: [string, string, string][] = [
    ["x.glb", "glTF\x02\0\0\0\x10\0\0\0", "a glTF binary (GLB)"],
    ["x.gltf", '{\n  "scene": 0,\n  "asset": {"version": "2.0"}}', "a glTF scene"],
    ["x.fbx", "Kaydara FBX Binary  \0\x1a\0", "an FBX"],
    ["x.fbx", "; FBX 7.4.0 project file\n", "an FBX"],
    ["x.3mf", "PK\x03\x04aaaa", "a 3MF model"],
    ["x", "PK\x03\x04\x14\0\0\0\x08\0..................[Content_Types].xml", "a 3MF model"],
    ["x.dae", '\xef\xbb\xbf<?xml version="1.0"?>\n<COLLADA xmlns="http://www.collada.org">', "a COLLADA scene"],
    ["x.vtk", "# vtk DataFile Version 3.0\nvtk output\nASCII\n", "a VTK file"],
    ["x.vtp", '<VTKFile type="PolyData">', "a VTK file"],
    ["x.usdc", "PXR-USDC\0", "a USD scene"],
    ["x.blend", "BLENDER-v300", "a Blender file"],
    ["x.wrl", "#VRML V2.0 utf8\n", "a VRML scene"],
    ["x.step", "ISO-10303-21;\nHEADER;", "a STEP model"],
    ["x.3ds", "MM\x05\x06\x07\x08", "a 3D Studio scene"],
  ];
  for (const [name, content, kind] of kinds) {
    const { message } = await assertRejects(() => decodeMesh(bytesOf(content), name), Error);
    assertEquals(message, `${name}: expected a mesh (OBJ, PLY, STL or OFF), found ${kind}; convert it to PLY or OBJ.`);
  }
});

Deno.test("pictures of kinds that are not read are named, with what to convert them to", async () => {
  const kinds: [string, string, string][] = [
    ["x.exr", "v/1\x01\x02\0\0\0", "an OpenEXR picture"],
    ["x.hdr", "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n", "a Radiance HDR picture"],
    ["x.jxl", "\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL"],
    ["x.jxl", "\xff\x0a\x01", "a JPEG XL"],
    ["x.jp2", "\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000"],
    ["x.ppm", "P6\n2 2\n255\n", "a PPM, PGM or PBM"],
    ["x.tga", "\0\0\x02\0\0\0\0\0", "a TGA"],
    ["x", `${"\0".repeat(30)}TRUEVISION-XFILE.\0`, "a TGA"],
    ["x.svg", "<svg width='1'>", "an SVG drawing"],
  ];
  for (const [name, content, kind] of kinds) {
    const { message } = await assertRejects(() => decodePicture(bytesOf(content), name), Error);
    assertEquals(message, `${name}: expected a PNG or a JPEG, found ${kind}; convert it to PNG.`);
  }
});

Deno.test("other files are named without advice", async () => {
  const kinds: [string, string, string][] = [
    ["x.obj", "<!DOCTYPE html>\n<html>", "a web page instead of the file itself"],
    ["x.zip", "PK\x03\x04abc", "a zip archive"],
    ["x.tar", `${"x".repeat(257)}ustar\x0000`, "a tar archive"],
    ["x.png", "\x89PNG\r\n\x1a\n", "PNG"],
    ["x.json", '{"a": 1}', "a JSON file"],
    ["x.exr", "v/1\x01\x02\0\0\0", "an OpenEXR picture"],
  ];
  for (const [name, content, kind] of kinds) {
    const { message } = await assertRejects(() => decodeMesh(bytesOf(content), name), Error);
    assertEquals(message, `${name}: expected a mesh (OBJ, PLY, STL or OFF), found ${kind}.`);
  }
});
