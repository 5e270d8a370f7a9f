// <comptoir-booking channel="web" lang="fr"></comptoir-booking>: an appointment on any page, by one script of the shop.
//
// Attributes: channel (needed), shop (address of the shop; else where this script comes from), lang (fr or en), location
// and service (chosen beforehand). Looks: the custom properties below, set on the element or anywhere above it. It holds a
// time, then leaves to the shop's own basket and checkout. The page's origin has to stand in the channel's settings.
"use strict";
(() => {
  const SHOP = new URL(document.currentScript.src).origin;
  const DAYS = 14;

  const WORDS = {
    en: {
      title: "Book an appointment", where: "Where would you like to come?", what: "What would you like?", who: "With whom?", anybody: "Anybody who is free",
      when: "When?", next: "Choose a time", back: "Back", details: "Your appointment", note: "Anything we should know? (optional)", book: "Keep this time and go to the basket",
      loading: "One moment…", free: "free", few: "only a few times left", full: "full", closed: "closed", none: "Nothing is free in these weeks.", later: "Later days", earlier: "Earlier days",
      taken: "Somebody was quicker: this time is taken. Nearest to it are:", choose: "Choose at least one service.", broken: "The shop does not answer just now. Please try again.", again: "Try again",
      min: "min", kept: "The time is kept for you while you pay in the shop.", zone: "Times are those of {city}.", day: "{day}: {state}", step: "Step {n} of 3",
      along: "Does somebody come along, at the same time?",
    },
    fr: {
      title: "Prendre rendez-vous", where: "Où souhaitez-vous venir\u202f?", what: "Que souhaitez-vous\u202f?", who: "Avec qui\u202f?", anybody: "La première personne libre",
      when: "Quand\u202f?", next: "Choisir une heure", back: "Retour", details: "Votre rendez-vous", note: "Quelque chose à nous dire\u202f? (facultatif)", book: "Garder cette heure et aller au panier",
      loading: "Un instant…", free: "libre", few: "presque complet", full: "complet", closed: "fermé", none: "Rien n’est libre ces semaines-ci.", later: "Jours suivants", earlier: "Jours précédents",
      taken: "Quelqu’un a été plus rapide\u202f: cette heure est prise. Les plus proches\u202f:", choose: "Choisissez au moins une prestation.", broken: "La boutique ne répond pas. Réessayez dans un instant.", again: "Réessayer",
      min: "min", kept: "L’heure vous est gardée pendant que vous payez dans la boutique.", zone: "Les heures sont celles de {city}.", day: "{day}\u202f: {state}", step: "Étape {n} sur 3",
      along: "Quelqu’un vient avec vous, en même temps\u202f?",
    },
  };

  const STYLE = `
:host { --comptoir-font: inherit; --comptoir-ink: #1f1c18; --comptoir-soft: #5d564d; --comptoir-paper: #fff; --comptoir-wash: #f4f1ec;
  --comptoir-edge: #8a8177; --comptoir-accent: #24405f; --comptoir-on-accent: #fff; --comptoir-bad: #a3261c; --comptoir-radius: 10px;
  display: block; color: var(--comptoir-ink); font: 16px/1.5 system-ui, sans-serif; font-family: var(--comptoir-font); }
* { box-sizing: border-box; }
.box { background: var(--comptoir-paper); padding: 20px; border: 1px solid var(--comptoir-edge); border-radius: var(--comptoir-radius); }
h2 { margin: 0 0 4px; font-size: 1.44em; line-height: 1.2; } h3, legend { margin: 20px 0 8px; font-size: 1em; font-weight: 650; padding: 0; }
p { margin: 0 0 12px; } .soft { color: var(--comptoir-soft); font-size: .875em; } .bad { color: var(--comptoir-bad); font-weight: 600; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; } legend { padding-top: 20px; margin-top: 0; }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 8px; }
label.choice { display: flex; gap: 12px; align-items: center; min-height: 48px; padding: 10px 14px; border: 1px solid var(--comptoir-edge); border-radius: var(--comptoir-radius); cursor: pointer; }
summary { padding: 14px 0; cursor: pointer; font-weight: 650; } label.choice:has(:checked) { box-shadow: inset 0 0 0 2px var(--comptoir-accent); } label.choice span { flex: 1; min-width: 0; } label.choice b { white-space: nowrap; }
input { accent-color: var(--comptoir-accent); width: 20px; height: 20px; flex: none; margin: 0; }
select, textarea { width: 100%; min-height: 48px; padding: 10px 14px; font: inherit; color: inherit; background: var(--comptoir-paper); border: 1px solid var(--comptoir-edge); border-radius: var(--comptoir-radius); }
button { min-height: 48px; padding: 10px 16px; font: inherit; color: inherit; background: var(--comptoir-paper); border: 1px solid var(--comptoir-edge); border-radius: var(--comptoir-radius); cursor: pointer; }
button:hover { background: var(--comptoir-wash); } button:disabled { color: var(--comptoir-soft); cursor: not-allowed; background: none; border-color: transparent; }
button.main { width: 100%; margin-top: 20px; background: var(--comptoir-accent); border-color: var(--comptoir-accent); color: var(--comptoir-on-accent); font-weight: 650; }
button.main:hover { filter: brightness(1.1); } button.plain { border: 0; padding-inline: 0; text-decoration: underline; background: none; }
button[aria-pressed="true"] { background: var(--comptoir-accent); color: var(--comptoir-on-accent); border-color: var(--comptoir-accent); }
:focus-visible { outline: 3px solid var(--comptoir-accent); outline-offset: 2px; }
.days, .starts { display: grid; gap: 6px; grid-template-columns: repeat(auto-fill, minmax(76px, 1fr)); }
.days button { padding: 6px 4px; line-height: 1.25; } .days small { display: block; font-size: .75em; } .days .few { border-style: dashed; }
.starts + p, .main + p, .choice small { margin-top: 8px; } .row { display: flex; gap: 12px; justify-content: space-between; flex-wrap: wrap; } .sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
h3::first-letter, dt::first-letter { text-transform: uppercase; } dl { margin: 12px 0; } dt { font-weight: 650; } dd { margin: 0 0 8px; }`;

  class ComptoirBooking extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      this.lang_ = WORDS[this.getAttribute("lang") || document.documentElement.lang.slice(0, 2)] ? this.getAttribute("lang") || document.documentElement.lang.slice(0, 2) : "en";
      this.words = WORDS[this.lang_];
      this.shop = (this.getAttribute("shop") || SHOP).replace(/\/$/, "");
      this.api = `${this.shop}/api/v1/${encodeURIComponent(this.getAttribute("channel") || "web")}`;
      this.chosen = { location: this.getAttribute("location") || "", services: (this.getAttribute("service") || "").split(",").filter(Boolean), beside: [], persons: [], first: "", day: "", start: "", note: "" };
      const root = this.attachShadow({ mode: "open" });
      const style = document.createElement("style");
      style.textContent = STYLE;
      this.box = make("section", { class: "box", "aria-label": this.words.title });
      this.live = make("p", { class: "sr", role: "status", "aria-live": "polite" });
      root.append(style, this.box, this.live);
      this.begin();
    }

    // --- the steps ---------------------------------------------------------------------------------------------------

    async begin() {
      const list = await this.ask("/services", { locale: this.lang_ });
      if (!list) return;
      this.services = list.items.filter((one) => !one.is_class); // classes have set times: the shop's own pages show them
      this.places = list.locations;
      if (this.places.length === 1) this.chosen.location = this.places[0].code;
      this.chooseServices();
    }

    chooseServices(sentence = "") {
      const { words, chosen } = this;
      const form = make("form", { novalidate: "" });
      if (this.places.length > 1) {
        const places = make("select", { id: "where" }, [make("option", { value: "" }, ["…"]), ...this.places.map((one) => make("option", { value: one.code }, [one.name]))]);
        places.value = chosen.location;
        places.addEventListener("change", () => { chosen.location = places.value; chosen.persons = []; this.chooseServices(); this.box.querySelector("#where").focus(); });
        form.append(make("label", { for: "where" }, [make("h3", {}, [words.where])]), places);
      }
      const offered = this.services.filter((one) => one.locations.includes(chosen.location));
      if (offered.length) {
        const list = (name, wanted) => make("ul", {}, offered.map((one) => {
          const box = make("input", { type: "checkbox", name, value: one.sku });
          box.checked = wanted.includes(one.sku);
          return make("li", {}, [make("label", { class: "choice" }, [box, make("span", {}, [one.title, make("br"), make("small", { class: "soft" }, [this.length([one])])]), make("b", {}, [this.money([one])])])]);
        }));
        form.append(make("fieldset", {}, [make("legend", {}, [words.what]), list("service", chosen.services)]));
        if (new Set(offered.flatMap((one) => this.able([one.sku]).map((who) => who.code))).size > 1) {
          const along = make("details", chosen.beside.length ? { open: "" } : {}, [make("summary", {}, [words.along]), make("fieldset", { "aria-label": words.along }, [list("beside", chosen.beside)])]);
          form.append(along);
        }
        form.append(make("button", { class: "main" }, [words.next]));
      }
      if (sentence) form.prepend(make("p", { class: "bad", role: "alert" }, [sentence]));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const ticked = (name) => [...form.querySelectorAll(`input[name=${name}]:checked`)].map((one) => one.value);
        [chosen.services, chosen.beside] = [ticked("service"), ticked("beside")];
        if (!chosen.services.length) [chosen.services, chosen.beside] = [chosen.beside, []];
        chosen.persons = [];
        if (!chosen.services.length) return this.chooseServices(words.choose);
        chosen.first = chosen.day = "";
        return this.chooseTime();
      });
      this.show(1, words.title, form);
    }

    async chooseTime(near = []) {
      const { words, chosen } = this;
      const turn = (this.turn = (this.turn || 0) + 1);
      const { services: service, ...others } = this.visit();
      const visit = { service, ...others };
      if (!chosen.first) {
        const next = await this.ask("/appointments/next", { ...visit, limit: 1 });
        if (!next || turn !== this.turn) return; // who chose a day meanwhile keeps it
        chosen.first = this.today();
        chosen.day = next.starts.length ? next.starts[0].start.slice(0, 10) : "";
        if (chosen.day > plus(chosen.first, DAYS - 1)) chosen.first = chosen.day;
      }
      const [days, starts] = await Promise.all([
        this.ask("/appointments/days", { ...visit, first: chosen.first, days: DAYS }),
        chosen.day ? this.ask("/appointments/starts", { ...visit, first: chosen.day }) : { starts: [] },
      ]);
      if (!days || !starts || turn !== this.turn) return; // who went on meanwhile is not called back
      this.firstShown = chosen.first;
      const parts = [];
      if (near.length) parts.push(make("p", { class: "bad", role: "alert" }, [words.taken]), this.startButtons(near, true));
      this.lines().forEach((line, n, all) => {
        const able = this.able(line).filter((one) => !all.some((_other, m) => m !== n && chosen.persons[m] === one.code));
        if (!able.length) return;
        const whose = all.length > 1 ? `${words.who} ${this.named(line).map((one) => one.title).join(", ")}` : words.who;
        parts.push(...this.select(`who-${n}`, whose, [["", words.anybody], ...able.map((one) => [one.code, one.name])], chosen.persons[n] || "", (said) => { chosen.persons[n] = said; }));
      });
      parts.push(make("h3", {}, [words.when]));
      const open = days.days.filter((one) => one.state !== "closed");
      parts.push(open.some((one) => one.starts) ? make("div", { class: "days", role: "group", "aria-label": words.when }, open.map((one) => this.dayButton(one))) : make("p", {}, [words.none]));
      const leaf = (step, name) => {
        const button = make("button", { type: "button", class: "plain" }, [name]);
        button.addEventListener("click", () => { chosen.first = plus(chosen.first, step); chosen.day = ""; this.chooseTime(); });
        return button;
      };
      parts.push(make("div", { class: "row" }, [chosen.first > this.today() ? leaf(-DAYS, words.earlier) : "", leaf(DAYS, words.later)]));
      if (starts.starts.length) parts.push(make("h3", { id: "day", tabindex: "-1" }, [this.dayName(chosen.day)]), this.startButtons(starts.starts.map((one) => one.start), false));
      const place = this.place();
      if (Intl.DateTimeFormat().resolvedOptions().timeZone !== place.time_zone) parts.push(make("p", { class: "soft" }, [words.zone.replace("{city}", place.city || place.name)]));
      this.show(2, words.next, ...parts, this.backButton(() => this.chooseServices()));
      if (this.goTo) { this.box.querySelector(this.goTo)?.focus(); this.goTo = ""; }
    }

    confirm() {
      const { words, chosen } = this;
      const note = make("textarea", { id: "note", rows: "3", maxlength: "500" });
      note.value = chosen.note;
      const mine = this.mine();
      const form = make("form", {}, [
        make("dl", {}, [
          make("dt", {}, [this.momentName(chosen.start)]), make("dd", {}, [this.place().name]),
          ...mine.flatMap((one) => [make("dt", {}, [one.title]), make("dd", {}, [`${this.length([one])} · ${this.money([one])}`])]),
        ]),
        make("label", { for: "note" }, [words.note]), note,
        make("button", { class: "main" }, [words.book]), make("p", { class: "soft" }, [words.kept]),
      ]);
      form.addEventListener("submit", (event) => { event.preventDefault(); chosen.note = note.value; this.hold(); });
      this.show(3, words.details, form, this.backButton(() => this.chooseTime()));
    }

    // A basket of the shop, the time in it, a code for it; then the shop's own pages go on.
    async hold() {
      const { chosen } = this;
      const basket = await this.ask("/baskets", {}, {});
      if (!basket) return;
      const held = await this.ask("/holds", {}, { ...this.visit(), start: chosen.start, basket: basket.token }, 409);
      if (!held) return;
      if (held.alternatives) { this.chooseTime(held.alternatives); return; }
      if (!held.services) { this.chooseServices(held.detail || held.title); return; }
      if (chosen.note.trim()) await this.ask(`/baskets/${basket.token}`, {}, { note: chosen.note.trim() }, 0, "PATCH");
      const offer = await this.ask(`/baskets/${basket.token}/handover`, {}, {});
      if (!offer) return;
      const address = `${this.shop}/${this.getAttribute("channel") || "web"}/${this.lang_}/basket/take?code=${encodeURIComponent(offer.code)}`;
      if (this.dispatchEvent(new CustomEvent("comptoir-held", { bubbles: true, cancelable: true, detail: { address } }))) window.location.assign(address);
    }

    // --- parts -------------------------------------------------------------------------------------------------------

    dayButton(one) {
      const { words, chosen } = this;
      const name = words.day.replace("{day}", this.dayName(one.date)).replace("{state}", words[one.state === "open" ? "free" : one.state]);
      const day = new Date(`${one.date}T12:00:00Z`);
      const button = make("button", { type: "button", class: one.state, "data-day": one.date, "aria-label": name, "aria-pressed": String(one.date === chosen.day) }, [make("small", {}, [this.format(day, { weekday: "short" }, "UTC")]), this.format(day, { day: "numeric", month: "short" }, "UTC")]);
      button.disabled = !one.starts;
      button.addEventListener("click", () => { chosen.first ||= this.firstShown; chosen.day = one.date; this.goTo = "#day"; this.chooseTime(); });
      return button;
    }

    startButtons(starts, isLong) {
      return make("div", { class: "starts", role: "group" }, starts.map((start) => {
        const button = make("button", { type: "button", "data-start": start }, [isLong ? this.momentName(start) : this.format(new Date(start), { hour: "2-digit", minute: "2-digit" })]);
        button.addEventListener("click", () => { this.chosen.start = start; this.confirm(); });
        return button;
      }));
    }

    backButton(go) {
      const button = make("button", { type: "button", class: "plain" }, [this.words.back]);
      button.addEventListener("click", go);
      return button;
    }

    show(step, title, ...parts) {
      const head = make("h2", { tabindex: "-1" }, [title]);
      const isFirst = !this.box.childElementCount;
      this.turn = (this.turn || 0) + 1;
      this.box.removeAttribute("aria-busy");
      this.box.replaceChildren(head, make("p", { class: "soft" }, [this.words.step.replace("{n}", step)]), ...parts);
      if (!isFirst && this.step !== step) head.focus();
      this.step = step;
      this.live.textContent = title;
    }

    // Those who are served side by side, a list of services each.
    lines() {
      const { services, beside } = this.chosen;
      return [services, beside].filter((one) => one.length);
    }
    visit() {
      const { location, persons } = this.chosen;
      const [first, ...others] = this.lines();
      const long = this.lines().filter((one) => one.length > 1);
      return {
        location, services: first, person: persons[0] || "", people: long.length && long.every((one) => this.able(one).length) ? "same" : "any",
        together: others.map((one, n) => one.join(",") + (persons[n + 1] ? `@${persons[n + 1]}` : "")),
      };
    }
    named(skus) { return skus.map((sku) => this.services.find((one) => one.sku === sku)).filter(Boolean); }
    mine() { return this.named(this.lines().flat()); }
    place() { return this.places.find((one) => one.code === this.chosen.location); }
    able(skus) {
      const able = this.named(skus).map((one) => one.people.filter((who) => who.location === this.chosen.location));
      return able.length ? able[0].filter((who) => able.every((others) => others.some((one) => one.code === who.code))) : [];
    }
    select(id, label, options, value, choose) {
      const box = make("select", { id }, options.map(([code, name]) => make("option", { value: code }, [name])));
      box.value = value;
      box.addEventListener("change", () => { choose(box.value); this.chosen.first = ""; this.goTo = `#${id}`; this.chooseTime(); });
      return [make("label", { for: id }, [make("h3", {}, [label])]), box];
    }
    length(list) { return `${list.reduce((sum, one) => sum + one.minutes, 0)}\u00a0${this.words.min}`; }
    money(list) { return new Intl.NumberFormat(this.lang_, { style: "currency", currency: list[0].price.currency }).format(list.reduce((sum, one) => sum + Number(one.price.amount), 0)); }
    format(moment, options, zone) { return new Intl.DateTimeFormat(this.lang_, { ...options, timeZone: zone || this.place().time_zone }).format(moment); }
    dayName(day) { return this.format(new Date(`${day}T12:00:00Z`), { weekday: "long", day: "numeric", month: "long" }, "UTC"); }
    momentName(start) { return this.format(new Date(start), { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" }); }
    today() { return new Intl.DateTimeFormat("en-CA", { timeZone: this.place().time_zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date()); }

    // Asks the shop; on trouble says so, with a way to try again, and gives nothing back. A refusal is the caller's if named.
    async ask(path, query, body, refusal = 0, method = "POST") {
      this.box.setAttribute("aria-busy", "true");
      this.live.textContent = this.words.loading;
      const address = new URL(this.api + path);
      for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) if (one !== "") address.searchParams.append(name, one);
      const headers = { "Accept-Language": this.lang_ };
      if (body) Object.assign(headers, { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID ? crypto.randomUUID() : `widget-${Date.now()}-${Math.random().toString(36).slice(2)}` });
      try {
        const answer = await fetch(address, body ? { method, headers, body: JSON.stringify(body) } : { headers });
        if (answer.ok || (refusal && answer.status === refusal)) return await answer.json();
        const problem = await answer.json().catch(() => ({}));
        this.trouble(problem.detail || this.words.broken);
      } catch {
        this.trouble(this.words.broken);
      }
      return null;
    }

    trouble(sentence) {
      const again = make("button", { type: "button" }, [this.words.again]);
      again.addEventListener("click", () => this.begin());
      this.show(this.step || 1, this.words.title, make("p", { class: "bad", role: "alert" }, [sentence]), again);
    }
  }

  function make(name, attributes = {}, children = []) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  function plus(day, days) {
    const moment = new Date(`${day}T12:00:00Z`);
    moment.setUTCDate(moment.getUTCDate() + days);
    return moment.toISOString().slice(0, 10);
  }

  if (!customElements.get("comptoir-booking")) customElements.define("comptoir-booking", ComptoirBooking);
})();
