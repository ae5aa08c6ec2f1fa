import { Colours } from "./colours.js";
import { Curves } from "./curves.js";
import { Details } from "./details.js";
import { Table } from "./table.js";

/** How many of the newest runs have curves at first. */
const AT_FIRST = 5;

const rows = new Map();
const colours = new Colours();
const live = document.getElementById("live");
let opened;
/** Whether the runs with curves were chosen, by the address or by hand. */
let isChosen = false;

const app = { rows, colours, choose, open, opened: () => opened, remember };
const table = new Table(document.getElementById("list"), app);
const curves = new Curves(document.getElementById("curves"), app);
const details = new Details(document.getElementById("details"), app);

/** Draws the curves of runs, or of no longer these. */
function choose(ids, instead, wanted = true) {
  isChosen = true;
  if (instead) colours.clear();
  for (const id of ids) wanted ? colours.add(id) : colours.delete(id);
  remember();
  draw();
}

function open(id) {
  opened = id === opened ? undefined : id;
  remember();
  draw();
}

function draw() {
  table.draw();
  curves.update();
  details.show(opened);
}

/** Keeps what is chosen in the address, so that it survives loading the page again and can be sent. */
function remember() {
  const state = new URLSearchParams();
  if (isChosen) state.set("runs", colours.ids.join("|"));
  if (opened !== undefined) state.set("open", opened);
  state.set("figure", curves.figure.value);
  state.set("axis", curves.axis.value);
  if (curves.logX.checked) state.set("logx", "1");
  if (curves.logY.checked) state.set("logy", "1");
  history.replaceState(null, "", `${location.pathname}#${state}`);
}

function recall() {
  const state = new URLSearchParams(location.hash.slice(1));
  if (state.has("runs")) {
    isChosen = true;
    for (const id of state.get("runs").split("|")) if (id !== "") colours.add(id);
  }
  opened = state.get("open") ?? undefined;
  curves.wanted = state.get("figure") || undefined;
  curves.axis.value = state.get("axis") ?? "step";
  curves.logX.checked = state.has("logx");
  curves.logY.checked = state.has("logy");
}

function take({ rows: changed, gone = [] }) {
  for (const row of changed) rows.set(row.id, row);
  for (const id of gone) {
    rows.delete(id);
    colours.delete(id);
    if (opened === id) opened = undefined;
  }
  if (!isChosen) {
    const newest = [...rows.values()].sort((a, b) => b.date - a.date).slice(0, AT_FIRST);
    for (const { id } of newest) if (colours.ids.length < AT_FIRST) colours.add(id);
  }
  draw();
}

recall();
const events = new EventSource("/events");
events.addEventListener("open", () => {
  live.textContent = "live";
  live.className = "live on";
});
events.addEventListener("error", () => {
  live.textContent = "connection lost, trying again";
  live.className = "live off";
});
events.addEventListener("runs", ({ data }) => {
  const all = JSON.parse(data);
  document.getElementById("root").textContent = all.root;
  rows.clear();
  take(all);
});
events.addEventListener("changes", ({ data }) => {
  const changes = JSON.parse(data);
  if (changes.rows.length + changes.gone.length > 0) take(changes);
});
