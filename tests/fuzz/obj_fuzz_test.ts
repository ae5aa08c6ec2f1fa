import { fuzz } from "./fuzz.ts";
import { meshTrial, textOf } from "./mesh_trial.ts";
import { objLines } from "./obj_lines.ts";

fuzz("OBJ", (choices) => meshTrial("x.obj", textOf(objLines(choices), choices), choices));
