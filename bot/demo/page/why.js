// 为什么: everything that was known when a message was decided.

import { clockWithSeconds, day, el, full, percent, say } from "./base.js";
import { taken } from "./bubble.js";

export class Why {
  constructor(dialog) {
    this.dialog = dialog;
    this.body = dialog.querySelector("#why-body");
    this.message = null;
    dialog.querySelector("#why-close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
    dialog.addEventListener("close", () => { this.message = null; });
  }

  open(message) {
    this.message = message;
    this.draw();
    if (!this.dialog.open) this.dialog.showModal();
    this.dialog.scrollTop = 0;
  }

  /** Something about a message has changed: show it, if it is the one that is looked at. */
  news(message) {
    if (message && this.message && message.id === this.message.id) this.draw();
  }

  draw() {
    const message = this.message;
    const verdict = message.verdict;
    const said = message.secret ? say("secret")
      : [message.title, message.text].filter(Boolean).join("\n") || say(`type.${message.type}`);
    this.body.replaceChildren(
      el("blockquote", message.gone ? "gone" : "", said),
      el("p", "from", `${message.sender} · ${day(message.at)} ${clockWithSeconds(message.at)}`,
        verdict ? ` · ${say("why.number", { number: verdict.number })}` : ""),
      verdict ? this.facts(message, verdict) : el("p", "", say("why.none")),
      verdict ? this.policies(verdict) : "",
    );
  }

  facts(message, verdict) {
    const rows = el("dl", "facts");
    const row = (key, ...what) => rows.append(el("dt", "", say(key)), el("dd", "", ...what));
    row("why.result", ...this.result(message, verdict));
    row("why.read_as", this.reading(verdict));
    if (verdict.because.length) {
      row("why.cues", ...verdict.because.map((cue) => el("span", "cue", cue)));
    }
    if (verdict.deadline) row("why.deadline", full(verdict.deadline));
    if (verdict.addressees.length) row("why.addressees", verdict.addressees.join("、"));
    row("why.threshold", say("why.threshold_text", { percent: percent(verdict.threshold) }));
    row("why.sender", [message.sender, say(`role.${verdict.rank}`)].filter(Boolean).join(" · "));
    row("why.when", verdict.working ? say("working") : say("resting"));
    row("why.took", say("why.took_text", { ms: (verdict.took_us / 1000).toFixed(2) }));
    return rows;
  }

  result(message, verdict) {
    const steps = [verdict.action, ...verdict.also].map((step) => {
      const outcome = message.outcomes[step];
      const how = outcome
        ? `（${say(`outcome.${outcome.outcome}`)}${outcome.reason ? `：${outcome.reason}` : ""}）`
        : "";
      return el("span", `step ${step}`, say(`action.${step}`) + how);
    });
    if (verdict.mute_seconds) {
      steps.push(el("span", "step", say("why.mute", { minutes: verdict.mute_seconds / 60 })));
    }
    if (verdict.doubtful && !taken(verdict)) steps.push(el("p", "hint", say("note.doubtful")));
    if (verdict.spared === "backlog") steps.push(el("p", "hint", say("note.backlog")));
    if (verdict.spared === "grace") {
      steps.push(el("p", "hint", say("note.waits", { minutes: 10 })));
    }
    if (verdict.relation) {
      const { kind, room, number } = verdict.relation;
      const which = number ? say("why.number", { number }) : "";
      steps.push(el("p", "hint", `${say(`note.${kind}`)} · ${room} ${which}`));
    }
    return steps;
  }

  reading(verdict) {
    const bar = el("meter", "sure");
    bar.min = 0;
    bar.max = 1;
    bar.value = verdict.confidence;
    const traits = verdict.traits.map((trait) => el("span", "cue", say(`trait.${trait}`)));
    const sure = say("sure", { percent: percent(verdict.confidence) });
    return el("span", "reading", say(`kind.${verdict.kind}`), bar, el("small", "", sure), ...traits);
  }

  policies(verdict) {
    const table = el("table", "policies", el("caption", "", say("why.policies")));
    const head = el("tr");
    for (const key of ["why.policy", "why.mode", "why.found"]) {
      const cell = el("th", "", say(key));
      cell.scope = "col";
      head.append(cell);
    }
    const body = el("tbody");
    const found = verdict.policies.filter((policy) => policy.reason);
    const kept = verdict.policies.filter((policy) => !policy.reason);
    for (const policy of [...found, ...kept]) {
      const name = el("th", "", policy.title);
      name.scope = "row";
      const what = policy.reason
        ? el("td", "found", policy.reason, el("small", "", say("sure", { percent: percent(policy.sure) })),
          policy.comply ? el("p", "hint", say("why.comply", { comply: policy.comply })) : "")
        : el("td", "clean", say("why.clean"));
      body.append(el("tr", policy.reason ? "broken" : "", name, el("td", "", say(`mode.${policy.mode}`)), what));
    }
    table.append(el("thead", "", head), body);
    return table;
  }
}
