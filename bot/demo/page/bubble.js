// One message as it stands in its room, with what became of it.

import { button, clock, el, percent, say } from "./base.js";

const CARDS = new Set(["file", "link", "forwarded", "red_packet"]);
const TILES = new Set(["image", "video", "sticker"]);
const HUES = 8;

function hue(name) {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.codePointAt(0)) % 9973;
  return sum % HUES;
}

export function bubble(message, quoted, acts) {
  const node = el("li", "message");
  node.dataset.id = message.id;
  message.quoted = quoted;
  message.node = node;
  refresh(message, acts);
  return node;
}

/** Draw a message anew, as it is now. */
export function refresh(message, acts) {
  const { node } = message;
  const quiet = isQuiet(message);
  node.className = ["message", message.bot ? "bot" : "", message.gone ? "gone" : "",
    quiet ? "quiet" : "", tone(message)].filter(Boolean).join(" ");
  const face = el("span", `face h${hue(message.sender)}`, message.sender.slice(0, 1));
  face.setAttribute("aria-hidden", "true");
  const name = el("p", "name", el("b", "", message.sender),
    message.standing ? el("span", "standing", message.standing) : "",
    say(`role.${message.role}`) && el("span", `role ${message.role}`, say(`role.${message.role}`)),
    el("time", "", clock(message.at)));
  const body = el("div", "body", reply(message), ...content(message));
  if (!message.gone && !message.bot) body.addEventListener("click", () => acts.quote(message));
  const tools = el("p", "tools", kind(message));
  if (!message.gone) tools.append(button("plain", say("quote"), () => acts.quote(message)));
  if (message.verdict) tools.append(button("plain ask", say("why"), () => acts.why(message)));
  node.replaceChildren(face, el("div", "said", name, body, ...notes(message), tools));
}

/** A receipt or a thank-you that has left the room takes one thin line. */
function isQuiet(message) {
  if (!message.gone || !message.verdict) return false;
  return message.verdict.policies.some((policy) => policy.reason && policy.quiet);
}

function tone(message) {
  const { verdict } = message;
  if (!verdict) return "";
  return { nudge: "nudged", warn: "nudged", alert: "nudged", defer: "deferred" }[verdict.action]
    ?? (["delete", "mute", "remove"].includes(verdict.action) ? "removed" : "");
}

function reply(message) {
  if (!message.reply) return "";
  const quoted = message.quoted;
  const text = quoted
    ? `${quoted.sender}：${quoted.secret ? say("secret") : (quoted.text || quoted.title).slice(0, 40)}`
    : say("gone_quote");
  return el("p", "reply", text);
}

function content(message) {
  if (message.secret) return [el("p", "words hidden", say("secret"))];
  const parts = [];
  const { type } = message;
  if (CARDS.has(type)) {
    parts.push(el("p", `card ${type}`, el("span", "sort", say(`type.${type}`)), message.title || ""));
  } else if (TILES.has(type)) {
    parts.push(el("p", `tile ${type}`, message.title || say(`type.${type}`)));
  } else if (type === "audio") {
    parts.push(el("p", "voice", el("span", "waves"), say("type.audio")));
  } else if (message.title) {
    parts.push(el("p", "words", message.title));
  }
  if (message.text) parts.push(el("p", "words", message.text));
  return parts;
}

function kind(message) {
  const { verdict } = message;
  if (!verdict) return "";
  const urgent = verdict.traits.includes("urgent");
  return el("span", `tag ${verdict.kind}${urgent ? " urgent" : ""}`,
    urgent ? `${say("trait.urgent")} · ${say(`kind.${verdict.kind}`)}` : say(`kind.${verdict.kind}`));
}

/** What was done about it, in one or two lines under the words. */
function notes(message) {
  const { verdict, gone } = message;
  const lines = [];
  if (gone && !gone.bot) lines.push(el("p", "note", say("note.recalled", { by: gone.by })));
  if (!verdict) return lines;
  if (verdict.relation) {
    lines.push(el("p", "note info", say(`note.${verdict.relation.kind}`)));
  }
  if (verdict.tasks.length) {
    const tasks = verdict.tasks.map((number) => say("note.task", { number })).join("、");
    lines.push(el("p", "note info task", tasks));
  }
  if (verdict.part_of) {
    lines.push(el("p", "note info", say("note.part_of", { number: verdict.part_of })));
  }
  if (verdict.spared === "grace") {
    lines.push(el("p", "note wait", say("note.waits", { minutes: 10 })));
    return lines;
  }
  const found = verdict.policies.filter((policy) => policy.reason && policy.mode !== "off");
  if (verdict.action !== "none" && found.length) lines.push(decision(message, found));
  if (verdict.doubtful && !taken(verdict)) lines.push(el("p", "note wait", say("note.doubtful")));
  return lines;
}

function decision(message, found) {
  const { verdict } = message;
  const quiet = found.every((policy) => policy.quiet);
  const head = el("b", "", headline(message, quiet));
  if (quiet) return el("p", "note did", head);
  const surest = found.reduce((one, other) => (other.sure > one.sure ? other : one));
  const titles = found.map((policy) => policy.title).join("、");
  const left = taken(verdict);
  const also = [verdict.action, ...verdict.also]
    .filter((step) => step !== left && (left || step !== verdict.action))
    .map((step) => el("span", "also", step === "mute"
      ? say("why.mute", { minutes: verdict.mute_seconds / 60 }) : say(`action.${step}`)));
  return el("p", "note did", head, `${titles}：${surest.reason}`,
    el("span", "sureness", say("sure", { percent: percent(surest.sure) })), ...also);
}

/** By which step a message leaves the room, if it does. */
export function taken(verdict) {
  return [verdict.action, ...verdict.also].find((step) => step === "delete" || step === "defer");
}

function headline(message, quiet) {
  const { verdict, gone, outcomes } = message;
  const step = taken(verdict);
  if (!step) return say(`action.${verdict.action}`);
  const refused = outcomes[step] && outcomes[step].outcome !== "done";
  if (gone && quiet) {
    return say(verdict.kind === "acknowledgement" ? "note.receipt" : "note.courtesy");
  }
  if (gone) return say(step === "defer" ? "note.deferred" : "note.deleted");
  return refused ? `${say("note.failed")}：${outcomes[step].reason}` : say("note.deleting");
}
