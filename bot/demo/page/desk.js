// The box in which a visitor speaks as any member, or gives an admin's order.

import { ask, button, el, option, say } from "./base.js";

const TYPES = ["text", "image", "file", "link", "audio", "sticker"];
const TITLED = new Set(["file", "link", "sticker"]);
const COMMANDS = [
  "轻群 状态", "轻群 政策", "轻群 关闭 不闲聊 本群", "轻群 开启 不闲聊 本群",
  "轻群 应急 开启 山洪预警 2小时", "轻群 应急 结束", "轻群 谁没收到", "轻群 待判", "轻群 周报", "轻群 帮助",
];
const SAMPLES = [
  { sender: "银厂村书记", text: "早上好！愿你今天的心情像花儿一样🌹" },
  { sender: "白马村书记", text: "收到" },
  { sender: "镇长", text: "请各村明天下午5点前把汛期值班表报应急办。" },
  { sender: "土匠村书记", type: "image", text: "入户走访已开展" },
  { sender: "卫生院院长", type: "file", title: "西卫函〔2021〕40号 关于做好高温防暑工作的通知.pdf", text: "请各村看一下" },
  { sender: "河口村书记", text: "二组后山滑坡了，有人被困，快来人！" },
];

const byId = (id) => document.getElementById(id);

export class Desk {
  constructor(state) {
    this.state = state;
    this.quoted = null;
    this.form = byId("say");
    this.sender = byId("sender");
    this.room = byId("room");
    this.type = byId("type");
    this.title = byId("title");
    this.text = byId("text");
    for (const person of state.people) {
      const name = person.title ? `${person.name}（${person.title}）` : person.name;
      this.sender.append(option(person.name, name));
    }
    for (const room of state.rooms) this.room.append(option(room.id, room.name));
    this.room.append(option("", say("private.to_bot")));
    for (const type of TYPES) this.type.append(option(type, say(`type.${type}`)));
    this.chips();
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.room.addEventListener("change", () => this.rooms.go(this.room.value));
    this.type.addEventListener("change", () => this.shape());
    this.sender.addEventListener("change", () => this.own?.look(this.sender.value));
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.send();
      }
    });
    byId("unquote").addEventListener("click", () => this.quote(null));
    byId("more").addEventListener("click", () => this.open(!this.opened));
    this.opened = false;
    this.open(window.innerWidth >= 900);
  }

  attach(rooms, own) {
    this.rooms = rooms;
    this.own = own;
    this.quote(null);
  }

  choice() {
    return { person: this.own?.chosen ? this.own.person : "" };
  }

  chips() {
    const orders = COMMANDS.map((text) => button("chip", text, () => {
      this.fill({ sender: this.state.admin, text });
    }));
    const samples = SAMPLES.map((sample) => {
      const label = `${sample.sender}：${sample.title || sample.text}`;
      return button("chip", label.length > 22 ? `${label.slice(0, 21)}…` : label, () => this.fill(sample));
    });
    byId("commands").append(
      el("div", "row", el("span", "legend", say("say.commands")), ...orders),
      el("div", "row", el("span", "legend", say("say.samples")), ...samples),
    );
  }

  fill({ sender, type = "text", title = "", text = "" }) {
    this.sender.value = sender;
    this.type.value = type;
    this.title.value = title;
    this.text.value = text;
    const room = this.rooms.rooms.get(this.room.value);
    if (room?.people && !room.people.includes(sender)) this.room.value = this.state.rooms[0].id;
    this.shape();
    this.own.look(sender);
    this.text.focus();
  }

  open(on) {
    this.opened = on;
    this.form.classList.toggle("open", on);
    byId("commands").hidden = !on;
    byId("more").textContent = on ? say("say.less") : say("say.more");
    byId("more").setAttribute("aria-expanded", String(on));
  }

  shape() {
    byId("titled").hidden = !TITLED.has(this.type.value);
  }

  /** On a narrow screen one speaks in the room that is looked at. */
  follow(room) {
    this.room.value = room;
    if (this.quoted && this.quoted.room !== room) this.quote(null);
  }

  quote(message) {
    this.quoted = message;
    byId("quoting").hidden = !message;
    if (!message) return;
    this.room.value = message.room;
    const words = message.secret ? say("secret") : message.text || message.title;
    byId("quoted").textContent = say("say.quoting", {
      name: message.sender, text: words.slice(0, 30) || say(`type.${message.type}`),
    });
    this.text.focus();
  }

  async send() {
    const titled = TITLED.has(this.type.value);
    const wanted = {
      room: this.room.value,
      sender: this.sender.value,
      type: this.type.value,
      text: this.text.value,
      title: titled ? this.title.value : "",
      reply_to: this.quoted ? this.quoted.id : null,
    };
    if (!wanted.text.trim() && !wanted.title.trim() && ["text", "file", "link"].includes(wanted.type)) {
      this.text.focus();
      return;
    }
    this.own.look(wanted.sender);
    this.tell("", false);
    let answer;
    try {
      answer = await ask("/api/post", wanted);
    } catch (error) {
      answer = { ok: false, data: { error: error.message } };
    }
    this.sent(wanted, answer);
  }

  sent(wanted, answer) {
    const room = this.rooms.rooms.get(wanted.room)?.name ?? say("private.to_bot");
    if (answer.ok) {
      this.text.value = "";
      this.title.value = "";
      this.quote(null);
      this.tell(say("say.sent", { room }), false);
      if (wanted.room) this.rooms.go(wanted.room);
    } else if (answer.data.refused) {
      this.tell(say("say.refused", { reason: answer.data.refused }), true);
    } else {
      this.tell(say("say.failed", { reason: answer.data.error ?? "" }), true);
    }
  }

  tell(text, bad) {
    byId("told").textContent = text;
    byId("told").classList.toggle("bad", bad);
  }
}
