import { assert, assertEquals, assertLess } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import {
  createField,
  type FieldDescription,
  loadField,
  mlp,
  positionalEncoding,
  relu,
  saveField,
  sine,
} from "../mod.ts";
import { fileDevice } from "./support/device.ts";
import { randomNumbers } from "./support/random_numbers.ts";
import { inFolder } from "./support/temporary_folder.ts";

const gpu = await fileDevice({ allowSoftware: true });

const descriptions: Readonly<Record<string, FieldDescription>> = {
  sine: mlp({ inputs: 2, hidden: [20, 20], outputs: 3, activation: sine() }),
  "relu-pe": mlp({
    inputs: 2,
    hidden: [20],
    outputs: 1,
    activation: relu(),
    encoding: positionalEncoding({ octaves: 4 }),
  }),
};

/** Evaluates the field of a file, and writes it again with all weights doubled. */
const SCRIPT = `
weights, field = read_field("field.safetensors")
x = np.array(json.load(open("inputs.json")), "f8")
wide = {name: numbers.astype("f8") for name, numbers in weights.items()}
json.dump(evaluate(wide, field, x).tolist(), open("outputs.json", "w"))
write_field("doubled.safetensors", {name: 2 * numbers for name, numbers in weights.items()}, field)
`;

/** Whether there is a Python that has NumPy. */
async function hasNumpy(): Promise<boolean> {
  try {
    return (await new Deno.Command("python3", { args: ["-c", "import numpy"], stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

const numpy = await hasNumpy();
if (!numpy) console.log("docs/weights.md is not run: python3 with numpy was not found.");

for (const [name, description] of Object.entries(descriptions)) {
  Deno.test({
    name: `the Python of docs/weights.md reads and writes a field: ${name}`,
    ignore: !numpy,
    fn: () =>
      inFolder(async (folder) => {
        const page = await Deno.readTextFile(fromFileUrl(new URL("../docs/weights.md", import.meta.url)));
        const python = [...page.matchAll(/```python\n([\s\S]*?)```/g)].map(([, code]) => code).join("\n");
        const random = randomNumbers(5);
        const rows = Array.from({ length: 50 }, () => [2 * random() - 1, 2 * random() - 1]);
        using field = createField(gpu, description, { seed: 1 });
        await Deno.writeFile(join(folder, "field.safetensors"), await saveField(field));
        await Deno.writeTextFile(join(folder, "inputs.json"), JSON.stringify(rows.map((row) => row.map(Math.fround))));
        await Deno.writeTextFile(join(folder, "run.py"), python + SCRIPT);
        const { success, stderr } = await new Deno.Command("python3", { args: ["run.py"], cwd: folder }).output();
        assert(success, new TextDecoder().decode(stderr));
        const expected: number[] = JSON.parse(await Deno.readTextFile(join(folder, "outputs.json"))).flat();
        const outputs = await field.evaluate(Float32Array.from(rows.flat()));
        const largest = Math.max(...expected.map(Math.abs));
        for (const [i, output] of outputs.entries()) assertLess(Math.abs(output - expected[i]), 1e-5 * largest);
        using doubled = loadField(gpu, await Deno.readFile(join(folder, "doubled.safetensors")));
        assertEquals(await doubled.parameters.read(), (await field.parameters.read()).map((each) => 2 * each));
      }),
  });
}
