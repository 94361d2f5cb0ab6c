// The page: state first, then news as they come; the clock runs here between two ticks.

import { ask, clockWithSeconds, clock, day, el, get, say, speak } from "./base.js";
import { Desk } from "./desk.js";
import { Private, Rooms } from "./rooms.js";
import { Why } from "./why.js";

const COUNTS = ["messages", "removed", "deferred", "nudges", "tasks"];
const byId = (id) => document.getElementById(id);

const time = { now: 0, since: 0, speed: 1 };
let parts = null;
let source = null;

async function open() {
  let state;
  try {
    state = await get("/api/state");
  } catch {
    linked(false);
    setTimeout(open, 1500);
    return;
  }
  speak(state.words, state.language, state.zone);
  translate();
  byId("town").textContent = state.town;
  show(state);
  listen(state.cursor);
}

function translate() {
  document.title = say("title");
  for (const node of document.querySelectorAll("[data-w]")) node.textContent = say(node.dataset.w);
  for (const node of document.querySelectorAll("[data-w-label]")) {
    node.setAttribute("aria-label", say(node.dataset.wLabel));
  }
  for (const node of document.querySelectorAll("[data-w-placeholder]")) {
    node.placeholder = say(node.dataset.wPlaceholder);
  }
}

function show(state) {
  const kept = parts?.desk.choice();
  const why = parts?.why ?? new Why(byId("why"));
  const box = byId("rooms");
  const left = box.scrollLeft;
  box.replaceChildren();
  const rooms = new Rooms(box, byId("tabs"), state, {
    why: (message) => why.open(message),
    quote: (message) => desk.quote(message),
    seen: (room) => desk.follow(room),
  });
  const own = new Private(rooms, state);
  const desk = parts?.desk ?? new Desk(state);
  desk.attach(rooms, own);
  parts = { rooms, own, desk, why };
  if (kept) box.scrollLeft = left;
  ticked(state.clock);
  own.begin(kept?.person);
}

function listen(cursor) {
  source?.close();
  source = new EventSource(`/api/news?after=${encodeURIComponent(cursor)}`);
  const on = (sort, act) => source.addEventListener(sort, (event) => act(JSON.parse(event.data)));
  const { rooms, own, why } = parts;
  source.onopen = () => linked(true);
  source.onerror = () => {
    linked(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(open, 1500);
  };
  on("clock", (data) => { linked(true); ticked(data); });
  on("message", (data) => rooms.shown(data));
  on("edit", (data) => rooms.changed(data.id, { text: data.text }));
  on("gone", (data) => rooms.changed(data.id, { gone: data.gone }));
  on("verdict", (data) => {
    const blank = data.verdict.secret ? { text: "", title: "", items: [], secret: true } : {};
    why.news(rooms.changed(data.id, { verdict: data.verdict, ...blank }));
  });
  on("outcome", (data) => why.news(rooms.outcome(data)));
  on("private", (data) => own.heard(data));
  for (const sort of ["closed", "opened", "stopped", "muted", "unmuted", "announced"]) {
    on(sort, (data) => rooms.told(sort, data));
  }
  on("reset", () => {
    source.close();
    open();
  });
}

function linked(up) {
  byId("link").textContent = up ? say("link.on") : say("link.off");
  byId("link").classList.toggle("off", !up);
}

function ticked(data) {
  time.now = Date.parse(data.now);
  time.since = performance.now();
  time.speed = data.speed;
  for (const node of document.querySelectorAll("[data-speed]")) {
    node.setAttribute("aria-pressed", String(Number(node.dataset.speed) === data.speed));
  }
  const hours = byId("hours");
  hours.textContent = data.working ? say("working") : say("resting");
  hours.classList.toggle("open", data.working);
  const play = byId("play");
  play.textContent = data.playing ? say("pause") : say("play");
  play.dataset.on = data.playing ? "" : "1";
  counted(data.counts);
  draw();
}

function counted(counts) {
  const list = byId("counts");
  if (!list.childElementCount) {
    for (const name of COUNTS) list.append(el("div", "", el("dt"), el("dd", "", "0")));
  }
  COUNTS.forEach((name, index) => {
    const [term, figure] = list.children[index].children;
    term.textContent = say(`count.${name}`);
    if (figure.textContent !== String(counts[name])) figure.textContent = String(counts[name]);
  });
}

function draw() {
  const now = time.now + (performance.now() - time.since) * time.speed;
  const text = time.speed > 60 ? clock(now) : clockWithSeconds(now);
  if (byId("now").textContent !== text) byId("now").textContent = text;
  const today = day(now);
  if (byId("day").textContent !== today) byId("day").textContent = today;
}

async function set(path, data) {
  const answer = await ask(path, data);
  if (answer.ok) ticked(answer.data);
}

byId("speeds").addEventListener("click", (event) => {
  const speed = Number(event.target.dataset?.speed);
  if (speed) set("/api/clock", { speed });
});
byId("opening").addEventListener("click", () => set("/api/clock", { jump: "opening" }));
byId("closing").addEventListener("click", () => set("/api/clock", { jump: "closing" }));
byId("play").addEventListener("click", () => {
  set("/api/play", { on: byId("play").dataset.on === "1" });
});
setInterval(() => { if (parts) draw(); }, 250);
open();
