// What every part of the page uses: words, elements, times, and the way to the server.

const HEADERS = { "Content-Type": "application/json", "X-Qingqun": "demo" };

let words = {};
let zone = "Asia/Shanghai";
let locale = "zh-CN";

export function speak(given, language, ofTown) {
  words = given;
  zone = ofTown;
  locale = language === "en" ? "en-GB" : "zh-CN";
  document.documentElement.lang = locale;
}

/** The text of that key; what stands in braces is set in once, and never read again. */
export function say(key, data = {}) {
  const text = words[key] ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in data ? String(data[name]) : whole));
}

/** An element with a class, text and children; text is only ever text. */
export function el(tag, className = "", ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const child of children) {
    if (child !== null && child !== undefined && child !== "") node.append(child);
  }
  return node;
}

export function button(className, text, act) {
  const node = el("button", className, text);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
}

export function option(value, text) {
  const node = el("option", "", text);
  node.value = value;
  return node;
}

export function percent(chance) {
  const rounded = Math.round(chance * 100);
  // Nobody is ever quite sure.
  return `${chance < 1 ? Math.min(rounded, 99) : rounded}%`;
}

const formats = new Map();
function format(name, options) {
  if (!formats.has(name)) {
    formats.set(name, new Intl.DateTimeFormat(locale, { timeZone: zone, ...options }));
  }
  return formats.get(name);
}

export function clock(moment) {
  return format("clock", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
    .format(new Date(moment));
}

export function clockWithSeconds(moment) {
  return format("seconds", {
    hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  }).format(new Date(moment));
}

export function day(moment) {
  return format("day", { month: "long", day: "numeric", weekday: "short" })
    .format(new Date(moment));
}

export function full(moment) {
  return `${day(moment)} ${clock(moment)}`;
}

export async function get(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

/** Ask the server for something; the answer as `{ok, status, data}`. */
export async function ask(path, data) {
  const answer = await fetch(path, {
    method: "POST", headers: HEADERS, body: JSON.stringify(data),
  });
  let said = {};
  try {
    said = await answer.json();
  } catch {
    said = { error: `${answer.status}` };
  }
  return { ok: answer.ok, status: answer.status, data: said };
}
