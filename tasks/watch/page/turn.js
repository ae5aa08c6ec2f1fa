import * as three from "three";
import { OrbitControls } from "/packages/OrbitControls.js";
import { PLYLoader } from "/packages/PLYLoader.js";

/**
 * Shows a mesh that can be turned with the pointer.
 *
 * @param {HTMLElement} place
 * @param {string} address That of a PLY file.
 */
export async function turnMesh(place, address) {
  const geometry = await new PLYLoader().loadAsync(address);
  if (geometry.index === null) throw new Error("the mesh has no faces");
  if (!geometry.hasAttribute("normal")) geometry.computeVertexNormals();
  geometry.computeBoundingSphere();
  const { center, radius } = geometry.boundingSphere;
  const renderer = new three.WebGLRenderer({ antialias: true, alpha: true });
  const scene = new three.Scene();
  const material = new three.MeshStandardMaterial({
    color: geometry.hasAttribute("color") ? 0xffffff : 0xd9c7a8,
    vertexColors: geometry.hasAttribute("color"),
    roughness: 0.75,
    side: three.DoubleSide,
  });
  scene.add(new three.Mesh(geometry, material));
  const camera = new three.PerspectiveCamera(35, 1, radius / 100, radius * 100);
  camera.position.copy(center).add(new three.Vector3(1.6, 1.2, 2.6).setLength(3.6 * radius));
  const light = new three.DirectionalLight(0xffffff, 2.4);
  camera.add(light);
  scene.add(camera, new three.HemisphereLight(0xffffff, 0x888888, 1.2));
  const controls = new OrbitControls(camera, renderer.domElement);
  controls.target.copy(center);
  controls.update();
  const draw = () => renderer.render(scene, camera);
  const fit = () => {
    const side = place.clientWidth;
    renderer.setPixelRatio(devicePixelRatio);
    renderer.setSize(side, Math.round(0.8 * side));
    camera.aspect = 1 / 0.8;
    camera.updateProjectionMatrix();
    draw();
  };
  controls.addEventListener("change", draw);
  renderer.domElement.setAttribute("aria-label", "The mesh, which turns with the pointer");
  renderer.domElement.setAttribute("role", "img");
  place.replaceChildren(renderer.domElement);
  new ResizeObserver(fit).observe(place);
  fit();
}
