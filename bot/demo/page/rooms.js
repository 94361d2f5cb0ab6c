// The rooms side by side, and beside them what the bot says to one person alone.

import { button, clock, el, get, option, say } from "./base.js";
import { bubble, refresh } from "./bubble.js";

const MOST_NODES = 140;
const NEAR = 80;

/** A column with a list that stays at its end while one looks at the end. */
class Column {
  constructor(key, name) {
    this.node = el("section", "phone");
    this.node.dataset.room = key;
    this.head = el("header");
    this.list = el("ol", "list");
    this.list.tabIndex = 0;
    this.list.setAttribute("aria-label", name);
    this.newer = button("newer", say("newer"), () => this.end());
    this.newer.hidden = true;
    this.stuck = true;
    this.list.addEventListener("scroll", () => {
      this.stuck = this.near();
      if (this.stuck) this.newer.hidden = true;
    });
    // The list gets shorter when the box below it grows: what was at the end stays there.
    new ResizeObserver(() => { if (this.stuck) this.end(); }).observe(this.list);
    this.node.append(this.head, this.list, this.newer);
  }

  near() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR;
  }

  end() {
    this.list.scrollTop = this.list.scrollHeight;
    this.stuck = true;
    this.newer.hidden = true;
  }

  add(node) {
    this.list.querySelector(".empty")?.remove();
    this.list.append(node);
    while (this.list.childElementCount > MOST_NODES) this.list.firstElementChild.remove();
    if (this.stuck) this.end();
    else this.newer.hidden = false;
  }

  /** Do something that changes heights, and stay at the end if that is where one looks. */
  steady(act) {
    act();
    if (this.stuck) this.end();
  }
}

export class Rooms {
  constructor(box, tabs, state, acts) {
    this.box = box;
    this.tabs = tabs;
    this.acts = acts;
    this.state = state;
    this.rooms = new Map();
    this.messages = new Map();
    this.going = null;
    this.people = new Map(state.people.map((person) => [person.name, person]));
    tabs.replaceChildren();
    for (const room of state.rooms) this.make(room);
    this.watch();
  }

  make(room) {
    const column = new Column(room.id, room.name);
    const status = el("span", "badge");
    const kind = el("span", `badge kind ${room.kind}`, say(`room.${room.kind}`));
    const badges = el("p", "badges", kind, status);
    if (room.always_open) badges.append(el("span", "badge", say("badge.always_open")));
    if (room.over) badges.append(el("span", "badge alert", say("badge.over")));
    if (!room.can.delete) badges.append(el("span", "badge alert", say("badge.no_delete")));
    else if (!room.can.mute_room) badges.append(el("span", "badge", say("badge.no_room_mute")));
    column.head.append(
      el("h2", "", room.name),
      el("span", "size", say("members", { count: room.people.length })),
      badges,
    );
    const tab = button("tab", room.name, () => this.go(room.id));
    this.tabs.append(tab);
    const held = { ...room, column, status, tab };
    this.rooms.set(room.id, held);
    this.state_of(held, room.closed);
    if (!room.messages.length) column.list.append(el("li", "empty", say("empty")));
    for (const message of room.messages) this.keep(message);
    this.box.append(column.node);
    column.end();
  }

  /** A column that is no room; it comes last. */
  extra(column, name) {
    this.box.append(column.node);
    const tab = button("tab", name, () => this.go(column.node.dataset.room));
    this.tabs.append(tab);
    this.rooms.set(column.node.dataset.room, { id: column.node.dataset.room, column, tab });
    this.observer.observe(column.node);
  }

  go(id) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const node = this.rooms.get(id).column.node;
    const left = node.offsetLeft - (this.box.clientWidth - node.clientWidth) / 2;
    // On the way there other columns pass by; nobody looks at those.
    this.going = id;
    setTimeout(() => { if (this.going === id) this.going = null; }, 900);
    const far = Math.abs(left - this.box.scrollLeft) > 2 * this.box.clientWidth;
    this.box.scrollTo({ left, behavior: calm || far ? "auto" : "smooth" });
    this.mark(id);
    this.acts.seen(id);
  }

  /** The column in the middle of a narrow screen is the one that is looked at. */
  watch() {
    this.observer = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const { room } = entry.target.dataset;
        const passing = this.going !== null && this.going !== room;
        if (!entry.isIntersecting || passing || this.box.clientWidth >= 700) continue;
        this.going = null;
        this.mark(room);
        this.acts.seen(room);
      }
    }, { root: this.box, threshold: 0.6 });
    for (const { column } of this.rooms.values()) this.observer.observe(column.node);
  }

  mark(id) {
    for (const room of this.rooms.values()) {
      const on = room.id === id;
      room.tab.classList.toggle("on", on);
      if (on) {
        room.tab.classList.remove("unread");
        room.tab.setAttribute("aria-current", "true");
        // Only the row of names moves, never the page.
        const middle = room.tab.offsetLeft - (this.tabs.clientWidth - room.tab.clientWidth) / 2;
        this.tabs.scrollTo({ left: middle });
      } else {
        room.tab.removeAttribute("aria-current");
      }
    }
  }

  keep(message) {
    const room = this.rooms.get(message.room);
    message.role = message.bot ? "bot" : this.people.get(message.sender)?.role ?? "member";
    message.standing = this.people.get(message.sender)?.title ?? "";
    message.node = bubble(message, this.messages.get(message.reply) ?? null, this.acts);
    this.messages.set(message.id, message);
    room.column.add(message.node);
    if (this.messages.size > 2 * MOST_NODES * this.rooms.size) this.forget();
    return room;
  }

  forget() {
    for (const [id, message] of this.messages) {
      if (!message.node.isConnected) this.messages.delete(id);
    }
  }

  shown(message) {
    const room = this.keep(message);
    if (!room.tab.classList.contains("on")) room.tab.classList.add("unread");
  }

  changed(id, news) {
    const message = this.messages.get(id);
    if (!message) return null;
    Object.assign(message, news);
    this.rooms.get(message.room).column.steady(() => refresh(message, this.acts));
    return message;
  }

  outcome(data) {
    const message = this.messages.get(data.id);
    if (!message) return null;
    message.outcomes[data.purpose] = { outcome: data.outcome, reason: data.reason };
    return this.changed(data.id, {});
  }

  told(sort, data) {
    const room = this.rooms.get(data.room);
    if (sort === "closed" || sort === "opened") this.state_of(room, sort === "closed");
    const until = data.until ? clock(data.until) : "";
    const text = say(`line.${sort}`, { ...data, until, time: clock(data.at) });
    room.column.add(el("li", `line ${sort}`, text));
  }

  state_of(room, closed) {
    room.status.textContent = closed ? say("state.closed") : say("state.open");
    room.status.className = `badge state ${closed ? "closed" : "open"}`;
    room.column.node.classList.toggle("closed", closed);
  }
}

export class Private {
  constructor(rooms, state) {
    this.column = new Column("", say("private"));
    this.column.node.classList.add("whispers");
    this.state = state;
    this.person = "";
    this.latest = [];
    // What is heard while a conversation is fetched: the answer may be older than it.
    this.meanwhile = null;
    this.select = el("select");
    this.select.id = "private-of";
    for (const person of state.people) {
      this.select.append(option(person.name, person.title ? `${person.name}（${person.title}）` : person.name));
    }
    this.select.addEventListener("change", () => this.look(this.select.value));
    // Until a visitor chooses somebody, whoever was spoken to last is shown.
    this.chosen = false;
    const label = el("label", "field", el("span", "", say("private.of")), this.select);
    this.chips = el("p", "chips");
    this.column.head.append(el("h2", "", say("private")), label, this.chips);
    rooms.extra(this.column, say("private"));
    this.tab = rooms.rooms.get("").tab;
  }

  begin(person) {
    for (const name of [...this.state.told].reverse()) this.recent(name);
    if (person) this.look(person);
    else this.choose(this.latest[0] ?? this.state.people[0].name);
  }

  /** A visitor wants to see what this person is told. */
  look(person) {
    this.chosen = true;
    return this.choose(person);
  }

  async choose(person) {
    const meanwhile = [];
    this.meanwhile = meanwhile;
    this.person = person;
    this.select.value = person;
    let talk = { messages: [] };
    try {
      talk = await get(`/api/private?person=${encodeURIComponent(person)}`);
    } catch {
      // The line is down; the page starts afresh when it is up again.
    }
    if (this.meanwhile !== meanwhile) return;
    const known = new Set(talk.messages.map((message) => message.id));
    const messages = [...talk.messages, ...meanwhile.filter((message) => !known.has(message.id))];
    this.meanwhile = null;
    this.column.list.replaceChildren();
    if (!messages.length) this.column.list.append(el("li", "empty", say("private.empty")));
    for (const message of messages) this.column.add(this.line(message));
    this.column.end();
  }

  heard(message) {
    if (message.bot) this.recent(message.person);
    if (message.person === this.person) {
      this.meanwhile?.push(message);
      this.column.add(this.line(message));
    } else if (message.bot && !this.chosen) this.choose(message.person);
    if (!this.tab.classList.contains("on")) this.tab.classList.add("unread");
  }

  recent(person) {
    this.latest = [person, ...this.latest.filter((name) => name !== person)].slice(0, 4);
    this.chips.replaceChildren(
      el("span", "", say("private.latest")),
      ...this.latest.map((name) => button("chip", name, () => this.look(name))),
    );
  }

  line(message) {
    const words = [message.title, message.text].filter(Boolean).join("\n");
    const who = message.bot ? say("role.bot") : message.person;
    return el("li", `whisper ${message.bot ? "from-bot" : "to-bot"}`,
      el("p", "words", words || say(`type.${message.type}`)),
      el("span", "meta", `${who} · ${clock(message.at)}`));
  }
}
