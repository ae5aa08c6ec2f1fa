import { fuzz } from "./fuzz.ts";
import { cornerWord, meshTrial, numberWord, textOf } from "./mesh_trial.ts";

fuzz("OFF", (choices) => {
  const vertices = 3 + choices.below(20);
  const faces = 1 + choices.below(20);
  const count = (number: number) =>
    choices.below(40) === 0 ? choices.pick(["1e9", "-1", "9999999999", "0"]) : `${number}`;
  const word = choices.pick(["OFF", "OFF", "COFF", "STNOFF", "off", "", "4OFF", "OFF BINARY"]);
  const counts = `${count(vertices)} ${count(faces)} 0`;
  const lines = choices.pick([[word, counts], [`${word} ${counts}`], [word + counts]]);
  for (let i = 0; i < vertices; i++) lines.push([0, 1, 2].map(() => numberWord(choices)).join(" "));
  for (let i = 0; i < faces; i++) {
    const corners = choices.below(12) === 0 ? choices.below(30) : 3;
    const list = Array.from({ length: corners }, () => cornerWord(choices, vertices)).join(" ");
    lines.push(`${corners} ${list}${choices.pick(["", "", " 255 0 0", " # red"])}`);
  }
  return meshTrial("x.off", textOf(lines, choices), choices);
});
