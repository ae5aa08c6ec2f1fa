import type { MeshCleaning } from "./clean.ts";
import type { MeshReport } from "./inspect.ts";

/** What `normaliseMesh` found. */
interface MeshFinding {
  /** The mesh's name. */
  readonly name: string;
  /** Its properties. */
  readonly report: MeshReport;
  /** What was found before it was judged. */
  readonly cleaning: MeshCleaning;
  /** Whether faces were turned and turned twins left out. */
  readonly repair: boolean;
  /** Whether all faces were flipped. */
  readonly flipped: boolean;
}

const TWIN = "a turned twin (a face with the same corners that shows its other side)";

/** What makes labels unreliable: one sentence for each reason. */
export function describeDefects(finding: MeshFinding): string[] {
  const { name, cleaning: { oneSidedParts } } = finding;
  const reasons = [twinsOf(finding), mixtureOf(finding)].filter((reason) => reason !== "");
  if (oneSidedParts > 0) {
    reasons.push(
      `${count(oneSidedParts, "part has", "parts have")} only one side, as a Möbius strip has, and no inside`,
    );
  }
  const edges = openEdges(finding);
  if (edges !== "") {
    reasons.push(
      `the mesh is not watertight and consistently oriented: it has ${edges}; near these, labels are approximate`,
    );
  }
  const inward = inwardOf(finding);
  if (inward !== "") reasons.push(inward);
  return reasons.map((reason) => `${name}: ${reason}.`);
}

/** What was changed: one sentence for each change. */
export function describeChanges({ name, cleaning, repair, flipped }: MeshFinding): string[] {
  const { duplicateFaces, needlessTwins, turnedFaces } = cleaning;
  const changes: string[] = [];
  if (duplicateFaces > 0) {
    changes.push(`${count(duplicateFaces, "face that is", "faces that are")} there twice left out`);
  }
  if (repair && needlessTwins > 0) {
    changes.push(`${count(needlessTwins, "turned twin", "turned twins")} of faces left out`);
  }
  if (turnedFaces > 0) {
    changes.push(
      `${count(turnedFaces, "face", "faces")} turned, so that each part is oriented consistently and outward`,
    );
  }
  if (flipped) changes.push("all faces were flipped, because they were oriented inward");
  return changes.map((change) => `${name}: ${change}.`);
}

/** Why a mesh encloses no volume, as one sentence. */
export function describeEmptiness(finding: MeshFinding): string {
  const { faces, boundaryEdges } = finding.report;
  const counts = `it has ${count(faces, "face", "faces")} and ${
    count(boundaryEdges, "boundary edge", "boundary edges")
  }`;
  const reason = smallnessOf(finding) || twinsOf(finding) || mixtureOf(finding) || inwardOf(finding);
  const end = reason === "" ? "." : `: ${reason}.`;
  return `${finding.name}: the mesh encloses no volume (${counts}), so there is no inside to learn${end}`;
}

/**
 * Why a mesh encloses too little volume, as one sentence.
 *
 * @param share Its volume as a part of that of the sphere around it.
 * @param least The least share.
 */
export function describeThinness(finding: MeshFinding, share: number, least: number): string {
  const reason = smallnessOf(finding) || inwardOf(finding);
  const end = reason === "" ? "." : `: ${reason}.`;
  return `${finding.name}: expected a mesh that encloses at least ${least} of the volume of the sphere around it, ` +
    `found ${share.toPrecision(2)}${end}`;
}

/** The edges that are not closed, unless another reason tells of them. */
function openEdges(finding: MeshFinding): string {
  const { boundaryEdges, misorientedEdges, unbalancedEdges } = finding.report;
  const edges = [
    [boundaryEdges, "with only one face (boundary edges)"],
    [unbalancedEdges - boundaryEdges - misorientedEdges, "with more than two faces"],
    [mixtureOf(finding) === "" ? misorientedEdges : 0, "between faces of opposite orientation"],
  ] as const;
  return edges.filter(([number]) => number > 0).map(([number, what]) => `${count(number, "edge", "edges")} ${what}`)
    .join(", ");
}

/** Says which faces have a turned twin, if they should not. */
function twinsOf({ cleaning: { twinFaces, needlessTwins }, repair }: MeshFinding): string {
  const faces = repair ? twinFaces - 2 * needlessTwins : twinFaces;
  if (faces === 0) return "";
  const advice = needlessTwins > 0 && !repair
    ? "the option repair leaves the twins out"
    : "the surface is not closed without the twins, so they cannot be left out";
  return `${count(faces, "face has", "faces have")} ${TWIN}, which cancel each other; ${advice}`;
}

/** Says which faces are oriented against others. */
function mixtureOf({ cleaning: { mixedFaces, mixedParts, undecidedFaces }, repair }: MeshFinding): string {
  const faces = repair ? undecidedFaces : mixedFaces;
  if (faces === 0) return "";
  const where = mixedParts === 1 || repair ? "" : ` in ${mixedParts} parts`;
  const advice = faces === undecidedFaces
    ? "since the surface is not closed there, it cannot be told which way is right"
    : "the option repair makes it consistent";
  return `the orientation is mixed: ${count(faces, "face is", "faces are")} oriented against the others${where}, ` +
    `so inside and outside change places; ${advice}`;
}

/** Says which closed parts are oriented inward, unless they were turned. */
function inwardOf({ cleaning: { inwardParts }, repair }: MeshFinding): string {
  if (inwardParts === 0 || repair) return "";
  const [parts, interior] = inwardParts === 1
    ? ["1 closed part is", "its interior counts"]
    : [`${inwardParts} closed parts are`, "their interior counts"];
  return `${parts} oriented inward but not a cavity of another part; ${interior} as outside; the option repair changes that`;
}

/** Says whether most faces are so small that their corners were merged. */
function smallnessOf({ cleaning: { mergedVertices, facesWithoutArea }, report: { faces } }: MeshFinding): string {
  if (mergedVertices === 0 || 2 * facesWithoutArea <= faces) return "";
  return `${facesWithoutArea} of the ${faces} faces are narrower than the tolerance within which vertices are merged ` +
    "(1e-7 of the mesh's size); the mesh is too thin, or a face far from the others makes its size that large";
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
