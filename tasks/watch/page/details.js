import { element, fileAddress } from "./element.js";
import { player } from "./player.js";
import { sized, slider, windowOn } from "./slider.js";
import { statusMark } from "./table.js";

/** The view of one run. */
export class Details {
  #shown = "";
  #view = "";

  /** @param {{ rows: Map, open: Function }} app */
  constructor(place, app) {
    this.place = place;
    this.app = app;
  }

  /** Shows a run, or nothing. What has not changed stays as it is, so that a mesh stays turned. */
  async show(id) {
    const row = this.app.rows.get(id);
    this.place.hidden = row === undefined;
    document.body.classList.toggle("with-details", row !== undefined);
    if (row === undefined) {
      this.#shown = "";
      return this.place.replaceChildren();
    }
    const version = JSON.stringify(row);
    if (version === this.#shown) return;
    this.#shown = version;
    const details = await fetch(`/api/run?run=${encodeURIComponent(id)}`).then((each) =>
      each.ok ? each.json() : undefined
    )
      .catch(() => undefined);
    if (details === undefined || version !== this.#shown) return;
    if (this.id !== id) this.#view = "";
    this.id = id;
    this.#draw(row, details);
  }

  #draw(row, details) {
    const { id } = row;
    const close = element("button.close", {
      type: "button",
      "aria-label": "Close",
      click: () => this.app.open(undefined),
    }, "×");
    const page = details.page
      ? element("a", { href: fileAddress(id, "index.html"), target: "_blank" }, "its page")
      : undefined;
    const parts = [
      element("header", {}, element("h2", {}, row.name, " ", statusMark(row)), close),
      element("p.quiet", {}, details.path, ...page === undefined ? [] : [" · ", page]),
      row.problem === undefined ? undefined : element("p.reason", {}, row.problem),
      details.reason === undefined ? undefined : element("p.reason", {}, details.reason),
      this.#pictures(row, details),
      ...Object.entries(details.paths).map(([name, frames]) =>
        section(`Path ${name}`, player(name, frames.map((file) => fileAddress(id, file, row.date))))
      ),
      this.#mesh(row, details),
      details.results.length === 0 ? undefined : section("Results", table(details.results, "values results")),
      ...details.settings.map(({ title, rows }) => folded(title, table(rows, "values"))),
      folded("Files", this.#files(row, details)),
    ];
    const mesh = this.place.querySelector(".turned");
    this.place.replaceChildren(...parts.filter((part) => part !== undefined));
    // A mesh that is being turned is not loaded again while its file stays.
    if (mesh !== null && mesh.dataset.address === this.place.querySelector(".mesh")?.dataset.address) {
      this.place.querySelector(".mesh").replaceWith(mesh);
    }
  }

  /** The pictures: what can be seen, and the one that is chosen. */
  #pictures(row, { pictures, snapshots }) {
    const { id } = row;
    const thirds = (file, version) => [0, 1, 2].map((part) => ({ url: fileAddress(id, file, version), part, of: 3 }));
    const whole = (file) => ({ url: fileAddress(id, file, row.date), part: 0, of: 1 });
    const views = new Map();
    const side = (file, version) => {
      const [truth, result, error] = thirds(file, version);
      return [slider(truth, result), framed(error, "Error, from black (0) to pale yellow (0.25 or more)")];
    };
    if (pictures.result) {
      const others = pictures.others.map((file) =>
        framed(
          whole(file),
          file === "slice.png" ? "Cross-section z = 0" : "Error, from black (0) to pale yellow (0.25 or more)",
        )
      );
      views.set("Result", () => [slider(whole("input.png"), whole("reconstruction.png")), ...others]);
    }
    for (const file of pictures.comparisons) {
      views.set(`Test view ${parseInt(file.slice(5))}`, () => side(file, row.date));
    }
    if (pictures.preview) views.set("Newest preview", () => side("preview.png", row.preview));
    for (const file of snapshots) {
      views.set(`Snapshot, step ${Number(/\d+/.exec(file)[0])}`, () => [framed(whole(file), "")]);
    }
    if (views.size === 0) return undefined;
    const names = [...views.keys()];
    const usual = row.status === "finished" ? names[0] : names.includes("Newest preview") ? "Newest preview" : names[0];
    const chosen = names.includes(this.#view) ? this.#view : usual;
    const place = element("div.shown", {}, ...views.get(chosen)());
    const choice = element("select", {
      "aria-label": "Picture",
      change: ({ target }) => {
        this.#view = target.value;
        place.replaceChildren(...views.get(target.value)());
      },
    }, ...names.map((name) => element("option", {}, name)));
    choice.value = chosen;
    return section("Pictures", ...names.length > 1 ? [choice] : [], place);
  }

  #mesh(row, { mesh }) {
    if (mesh === undefined) return undefined;
    const address = fileAddress(row.id, mesh, row.date);
    const place = element("div.mesh", { "data-address": address });
    const button = element("button", {
      type: "button",
      click: async () => {
        place.replaceChildren(element("p.quiet", {}, "loading"));
        try {
          const { turnMesh } = await import("./turn.js");
          await turnMesh(place, address);
          place.classList.add("turned");
        } catch (error) {
          place.replaceChildren(element("p.reason", {}, `The mesh cannot be shown: ${await reasonFor(error)}`));
        }
      },
    }, "Turn the mesh");
    place.append(button);
    return section("Mesh", place);
  }

  #files(row, { files }) {
    return element(
      "table.files",
      {},
      element(
        "tbody",
        {},
        ...files.map(({ name, size, count }) => {
          const isServed = count === undefined && /\.(png|svg|html|json|jsonl|obj|ply|safetensors)$/.test(name);
          const shown = isServed ? element("a", { href: fileAddress(row.id, name), target: "_blank" }, name) : name;
          return element(
            "tr",
            {},
            element("th", { scope: "row" }, shown),
            element("td", {}, count === undefined ? "" : `${count} files`),
            element("td.number", {}, size),
          );
        }),
      ),
    );
  }
}

/** Why a module could not be loaded: the server says it where the package is missing. */
async function reasonFor(error) {
  const answer = await fetch("/packages/three.js").catch(() => undefined);
  if (answer !== undefined && !answer.ok) return await answer.text();
  return `${error.message}.`;
}

function framed(part, caption) {
  const shown = windowOn(part, caption || "Snapshot");
  sized(shown, part);
  return element("figure", {}, shown, element("figcaption", {}, caption));
}

function section(title, ...content) {
  return element("section", {}, element("h3", {}, title), ...content);
}

function folded(title, content) {
  return element("details", {}, element("summary", {}, title), content);
}

function table(rows, kind) {
  const body = rows.map(([name, value]) =>
    element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, ...powers(value)))
  );
  return element(`table.${kind.replace(" ", ".")}`, {}, element("tbody", {}, ...body));
}

/** A text with its exponents raised. */
function powers(text) {
  return text.split(/(?<=10)\^(−?\d+)/).map((part, i) => i % 2 === 0 ? part : element("sup", {}, part));
}
