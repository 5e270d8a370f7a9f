// <comptoir-booking channel="web" lang="fr"></comptoir-booking>: an appointment, or places in a class, on any page, by one
// script of the shop.
//
// Attributes: channel (needed), shop (address of the shop; else where this script comes from), lang (fr or en), location
// and service (chosen beforehand; a class is opened at its dates). Looks: the custom properties below, set on the element or anywhere above it. It holds a
// time, then leaves to the shop's own basket and checkout. The page's origin has to stand in the channel's settings.
// The mark of UTF-8 before this comment stays: a page in another encoding would read our words in its own.
"use strict";
(() => {
  const SHOP = new URL(document.currentScript.src).origin;
  const DAYS = 14;
  const CLASS_DAYS = 62;
  const MOST_DATES = 12;
  const MOST_PLACES = 20;

  const WORDS = {
    en: {
      title: "Book an appointment", where: "Where would you like to come?", what: "What would you like?", who: "With whom?", anybody: "Anybody who is free",
      when: "When?", next: "Choose a time", back: "Back", details: "Your appointment", note: "Anything we should know? (optional)", book: "Keep this time and go to the basket",
      loading: "One moment…", free: "free", few: "only a few times left", full: "full", closed: "closed", none: "Nothing is free in these weeks.", later: "Later days", earlier: "Earlier days",
      taken: "Somebody was quicker: this time is taken. Nearest to it are:", choose: "Choose at least one service.", broken: "The shop does not answer just now. Please try again.", again: "Try again",
      min: "min", hour: "h", somewhere: "Choose…", kept: "The time is kept for you while you pay in the shop.", zone: "Times are those of {city}.", day: "{day}: {state}", step: "Step {n} of 3",
      along: "Does somebody come along, at the same time?",
      classes: "Classes and workshops", orClass: "Or come to a class", dates: "Which dates?", noDates: "No date is planned just now.", party: "How many places in each?", onward: "Continue", each: "{price} a place",
      left_one: "{n} place left", left_other: "{n} places left", classFull: "full", people: "with {names}", pick: "Choose at least one date.", most: "Twelve dates at once are the most.",
      short: "{day}: only {n} left. Choose fewer places, or leave this date out.", gone: "{day} is full by now.", places_one: "{n} place", places_other: "{n} places", total: "Together", keep: "Keep these places and go to the basket", keptPlaces: "The places are kept for you while you pay in the shop.",
      wait: "Tell me when a place is free", waitWhy: "As soon as somebody cancels, we write to whoever has waited longest and keep the place for them for a while. It costs nothing.",
      name: "Your name", email: "E-mail", phone: "Phone (optional)", join: "Put me on the list", joined: "You are on the waiting list", joinedWhy: "As soon as a place is free we write to {email}, and keep it for you for a while.", place: "See your place, or leave the list",
      regular: "Come regularly?", every: "How often?", never: "Only this once", weeks_one: "Every week", weeks_other: "Every {n} weeks", times: "How many times?", missed: "Not free at this time: {days}.", rest: "Keep the other dates all the same",
    },
    fr: {
      title: "Prendre rendez-vous", where: "Où souhaitez-vous venir\u202f?", what: "Que souhaitez-vous\u202f?", who: "Avec qui\u202f?", anybody: "La première personne libre",
      when: "Quand\u202f?", next: "Choisir une heure", back: "Retour", details: "Votre rendez-vous", note: "Quelque chose à nous dire\u202f? (facultatif)", book: "Garder cette heure et aller au panier",
      loading: "Un instant…", free: "libre", few: "presque complet", full: "complet", closed: "fermé", none: "Rien n’est libre ces semaines-ci.", later: "Jours suivants", earlier: "Jours précédents",
      taken: "Quelqu’un a été plus rapide\u202f: cette heure est prise. Les plus proches\u202f:", choose: "Choisissez au moins une prestation.", broken: "La boutique ne répond pas. Réessayez dans un instant.", again: "Réessayer",
      min: "min", hour: "h", somewhere: "Choisissez…", kept: "L’heure vous est gardée pendant que vous payez dans la boutique.", zone: "Les heures sont celles de {city}.", day: "{day}\u202f: {state}", step: "Étape {n} sur 3",
      along: "Quelqu’un vient avec vous, en même temps\u202f?",
      classes: "Cours et ateliers", orClass: "Ou venez à un cours", dates: "Quelles dates\u202f?", noDates: "Aucune date n’est prévue pour l’instant.", party: "Combien de places à chaque date\u202f?", onward: "Continuer", each: "{price} la place",
      left_one: "{n} place libre", left_other: "{n} places libres", classFull: "complet", people: "avec {names}", pick: "Choisissez au moins une date.", most: "Douze dates à la fois au maximum.",
      short: "{day}\u202f: il n’en reste que {n}. Choisissez moins de places, ou retirez cette date.", gone: "{day}\u202f: c’est complet maintenant.", places_one: "{n} place", places_other: "{n} places", total: "En tout", keep: "Garder ces places et aller au panier", keptPlaces: "Les places vous sont gardées pendant que vous payez dans la boutique.",
      wait: "Prévenez-moi si une place se libère", waitWhy: "Dès que quelqu’un annule, nous écrivons à la personne qui attend depuis le plus longtemps et lui gardons la place un moment. C’est gratuit.",
      name: "Votre nom", email: "E-mail", phone: "Téléphone (facultatif)", join: "M’inscrire sur la liste", joined: "Vous êtes sur la liste d’attente", joinedWhy: "Dès qu’une place se libère, nous écrivons à {email} et vous la gardons un moment.", place: "Voir votre place, ou quitter la liste",
      regular: "Venir régulièrement\u202f?", every: "À quel rythme\u202f?", never: "Une seule fois", weeks_one: "Chaque semaine", weeks_other: "Toutes les {n} semaines", times: "Combien de fois\u202f?", missed: "Pas libre à cette heure\u202f: {days}.", rest: "Garder quand même les autres dates",
    },
  };

  const STYLE = `
:host { --comptoir-font: inherit; --comptoir-ink: #1f1c18; --comptoir-soft: #5d564d; --comptoir-paper: #fff; --comptoir-wash: #f4f1ec;
  --comptoir-edge: #8a8177; --comptoir-accent: #24405f; --comptoir-on-accent: #fff; --comptoir-bad: #a3261c; --comptoir-radius: 10px; --comptoir-width: 44rem;
  display: block; max-inline-size: var(--comptoir-width); color: var(--comptoir-ink); font: 16px/1.5 system-ui, sans-serif; font-family: var(--comptoir-font); }
* { box-sizing: border-box; }
.box { background: var(--comptoir-paper); padding: 20px; border: 1px solid var(--comptoir-edge); border-radius: var(--comptoir-radius); }
h2 { margin: 0 0 4px; font-size: 1.44em; line-height: 1.2; } h3, legend { margin: 20px 0 8px; font-size: 1em; font-weight: 650; padding: 0; }
p { margin: 0 0 12px; } .soft { color: var(--comptoir-soft); font-size: .875em; } .bad { color: var(--comptoir-bad); font-weight: 600; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; } legend { padding-top: 20px; margin-top: 0; }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 8px; }
.choice { display: flex; gap: 12px; align-items: center; min-height: 48px; padding: 10px 14px; border: 1px solid var(--comptoir-edge); border-radius: var(--comptoir-radius); }
label.choice, button.choice { cursor: pointer; } button.choice { width: 100%; text-align: start; } div.choice { flex-wrap: wrap; background: var(--comptoir-wash); } div.choice span { flex-basis: 12em; }
summary { padding: 14px 0; cursor: pointer; font-weight: 650; } label.choice:has(:checked) { box-shadow: inset 0 0 0 2px var(--comptoir-accent); } .choice span { flex: 1; min-width: 0; } .choice span::first-letter { text-transform: uppercase; } .choice b { white-space: nowrap; }
input[type=checkbox] { accent-color: var(--comptoir-accent); width: 20px; height: 20px; flex: none; margin: 0; }
select, textarea, input:not([type=checkbox]) { width: 100%; min-height: 48px; padding: 10px 14px; font: inherit; color: inherit; background: var(--comptoir-paper); border: 1px solid var(--comptoir-edge); border-radius: var(--comptoir-radius); }
button { min-height: 48px; padding: 10px 16px; font: inherit; color: inherit; background: var(--comptoir-paper); border: 1px solid var(--comptoir-edge); border-radius: var(--comptoir-radius); cursor: pointer; }
button:hover { background: var(--comptoir-wash); } button:disabled { color: var(--comptoir-soft); cursor: not-allowed; background: none; border-color: transparent; }
button.main { width: 100%; margin-top: 20px; background: var(--comptoir-accent); border-color: var(--comptoir-accent); color: var(--comptoir-on-accent); font-weight: 650; }
button.main:hover { filter: brightness(1.1); } button.plain { border: 0; padding-inline: 0; text-decoration: underline; background: none; }
button[aria-pressed="true"] { background: var(--comptoir-accent); color: var(--comptoir-on-accent); border-color: var(--comptoir-accent); }
:focus-visible { outline: 3px solid var(--comptoir-accent); outline-offset: 2px; }
select { appearance: none; padding-inline-end: 40px; background-image: linear-gradient(45deg, transparent 50%, currentcolor 50%), linear-gradient(-45deg, transparent 50%, currentcolor 50%);
  background-position: right 20px center, right 14px center; background-size: 6px 6px; background-repeat: no-repeat; }
.days, .starts { display: grid; gap: 6px; grid-template-columns: repeat(auto-fill, minmax(76px, 1fr)); } .days { grid-template-columns: repeat(7, minmax(0, 1fr)); }
.days > * { padding: 6px 0; line-height: 1.25; text-align: center; } .days > span { color: var(--comptoir-soft); } .days > small { padding: 0; color: var(--comptoir-soft); }
.days small { display: inline-block; width: 100%; font-size: .75em; } .days .few { border-style: dashed; } .days button:disabled { text-decoration: line-through; }
label[for="note"] { display: block; margin: 8px 0 6px; } [aria-busy="true"] { cursor: progress; box-shadow: inset 0 4px var(--comptoir-accent); } [tabindex="-1"]:focus-visible { outline: 0; }
.starts + p, .main + p, form + p, .choice small { margin-top: 8px; } .row { display: flex; gap: 12px; justify-content: space-between; flex-wrap: wrap; } .sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
h3::first-letter, dt::first-letter { text-transform: uppercase; } dl { margin: 12px 0; } dt { font-weight: 650; } dd { margin: 0 0 8px; }`;

  class ComptoirBooking extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      this.lang_ = WORDS[this.getAttribute("lang") || document.documentElement.lang.slice(0, 2)] ? this.getAttribute("lang") || document.documentElement.lang.slice(0, 2) : "en";
      this.words = WORDS[this.lang_];
      this.region = this.lang_ === "en" ? "en-GB" : this.lang_; // as the shop writes its dates
      this.shop = (this.getAttribute("shop") || SHOP).replace(/\/$/, "");
      this.api = `${this.shop}/api/v1/${encodeURIComponent(this.getAttribute("channel") || "web")}`;
      this.chosen = { location: this.getAttribute("location") || "", services: (this.getAttribute("service") || "").split(",").filter(Boolean), beside: [], persons: [], first: "", day: "", start: "", note: "", given: null, dates: [], party: 1, every: 0, times: 4 };
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
      const { chosen } = this;
      this.services = list.items.filter((one) => !one.is_class);
      this.classes = list.items.filter((one) => one.is_class); // they have set times, of which any number is chosen
      this.places = list.locations;
      if (this.places.length === 1) chosen.location = this.places[0].code;
      chosen.given = this.classes.find((one) => chosen.services.includes(one.sku)) || null;
      if (chosen.given && chosen.given.locations.length === 1) [chosen.location] = chosen.given.locations;
      if (chosen.given && chosen.given.locations.includes(chosen.location)) this.chooseDates();
      else this.chooseServices();
    }

    chooseServices(sentence = "") {
      const { words, chosen } = this;
      const form = make("form", { novalidate: "" });
      if (this.places.length > 1) {
        const places = make("select", { id: "where" }, [make("option", { value: "" }, [words.somewhere]), ...this.places.map((one) => make("option", { value: one.code }, [one.name]))]);
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
      const classes = this.classes.filter((one) => one.locations.includes(chosen.location));
      if (classes.length) form.append(make("h3", {}, [offered.length ? words.orClass : words.classes]), make("ul", {}, classes.map((one) => make("li", {}, [this.classButton(one)]))));
      if (sentence) form.prepend(make("p", { class: "bad", role: "alert" }, [sentence]));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const ticked = (name) => [...form.querySelectorAll(`input[name=${name}]:checked`)].map((one) => one.value);
        [chosen.services, chosen.beside] = [ticked("service"), ticked("beside")];
        if (!chosen.services.length) [chosen.services, chosen.beside] = [chosen.beside, []];
        chosen.persons = [];
        chosen.given = null;
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
      const parts = [make("p", {}, [make("b", {}, [this.mine().map((one) => one.title).join(", ")]), make("br"), this.cost()])];
      if (near.length) parts.push(make("p", { class: "bad", role: "alert" }, [words.taken]), this.startButtons(near, true));
      this.lines().forEach((line, n, all) => {
        const able = this.able(line).filter((one) => !all.some((_other, m) => m !== n && chosen.persons[m] === one.code));
        if (!able.length) return;
        const whose = all.length > 1 ? `${words.who} ${this.named(line).map((one) => one.title).join(", ")}` : words.who;
        parts.push(...this.select(`who-${n}`, whose, [["", words.anybody], ...able.map((one) => [one.code, one.name])], chosen.persons[n] || "", (said) => { chosen.persons[n] = said; }));
      });
      parts.push(make("h3", {}, [words.when]));
      parts.push(days.days.some((one) => one.starts) ? this.weeks(days.days) : make("p", {}, [words.none]));
      const leaf = (step, name) => {
        const button = make("button", { type: "button", class: "plain" }, [name]);
        button.addEventListener("click", () => { chosen.first = plus(chosen.first, step); chosen.day = ""; this.chooseTime(); });
        return button;
      };
      parts.push(make("div", { class: "row" }, [chosen.first > this.today() ? leaf(-DAYS, words.earlier) : "", leaf(DAYS, words.later)]));
      if (starts.starts.length) parts.push(make("h3", { id: "day", tabindex: "-1" }, [this.dayName(chosen.day)]), this.startButtons(starts.starts.map((one) => one.start), false));
      this.show(2, words.next, ...parts, this.zoneNote(), this.backButton(() => this.chooseServices()));
      if (this.goTo) { this.box.querySelector(this.goTo)?.focus(); this.goTo = ""; }
    }

    // The dates of a class: any number of those that have places; of the others one is told when somebody cancels.
    async chooseDates(sentence = "") {
      const { words, chosen } = this;
      const turn = (this.turn = (this.turn || 0) + 1);
      const list = await this.ask("/sessions", { location: chosen.location, service: chosen.given.sku, first: this.today(), days: CLASS_DAYS });
      if (!list || turn !== this.turn) return;
      this.dates = list.items;
      const most = Math.min(MOST_PLACES, Math.max(0, ...this.dates.map((one) => one.left)));
      const form = make("form", { novalidate: "" }, [make("p", { class: "soft" }, [`${this.length([chosen.given])} · ${words.each.replace("{price}", this.money([chosen.given]))}`])]);
      if (sentence) form.prepend(make("p", { class: "bad", role: "alert" }, [sentence]));
      form.append(this.dates.length ? make("fieldset", {}, [make("legend", {}, [words.dates]), make("ul", {}, this.dates.map((one) => make("li", {}, [this.dateChoice(one)])))]) : make("p", {}, [words.noDates]));
      if (most) {
        form.append(...this.choice("party", words.party, numbers(1, most), Math.min(chosen.party, most)), make("button", { class: "main" }, [words.onward]));
      }
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        chosen.dates = [...form.querySelectorAll("input:checked")].map((one) => one.value);
        chosen.party = Number(form.querySelector("#party").value);
        const short = this.dates.find((one) => chosen.dates.includes(one.id) && one.left < chosen.party);
        if (short) return this.chooseDates(this.shortOf(short, short.left));
        if (!chosen.dates.length || chosen.dates.length > MOST_DATES) return this.chooseDates(chosen.dates.length ? words.most : words.pick);
        return this.confirm();
      });
      this.show(2, chosen.given.title, form, this.zoneNote(), this.backButton(() => this.chooseServices()));
    }

    waitFor(date, said = {}, sentence = "") {
      const { words, chosen } = this;
      const field = (name, label, how) => [make("label", { for: name }, [make("h3", {}, [label])]), make("input", { id: name, value: said[name] || "", ...how })];
      const form = make("form", {}, [
        make("p", {}, [make("b", {}, [`${chosen.given.title}, ${this.momentName(date.start)}`])]), make("p", { class: "soft" }, [words.waitWhy]),
        ...field("name", words.name, { autocomplete: "name", required: "", maxlength: "120" }), ...field("email", words.email, { type: "email", autocomplete: "email", required: "", maxlength: "254" }),
        ...field("phone", words.phone, { type: "tel", autocomplete: "tel", maxlength: "40" }), make("button", { class: "main" }, [words.join]),
      ]);
      if (sentence) form.prepend(make("p", { class: "bad", role: "alert" }, [sentence]));
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const who = Object.fromEntries(["name", "email", "phone"].map((name) => [name, form.querySelector(`#${name}`).value.trim()]));
        const entry = await this.ask("/waiting", {}, { ...who, session: date.id }, [409, 422]);
        if (!entry) return;
        if (!entry.token) { this.waitFor(date, who, entry.errors?.[0]?.message || entry.detail || entry.title); return; }
        const own = make("a", { href: `${this.site()}/booking/waiting/${entry.token}` }, [words.place]);
        this.show(-1, words.joined, make("p", {}, [make("b", {}, [`${chosen.given.title}, ${this.momentName(date.start)}`])]), make("p", {}, [words.joinedWhy.replace("{email}", who.email)]), make("p", {}, [own]), this.backButton(() => this.chooseDates()));
      });
      this.show(0, words.wait, form, this.backButton(() => this.chooseDates()));
    }

    confirm(missed = []) {
      const { words, chosen } = this;
      const note = make("textarea", { id: "note", rows: "3", maxlength: "500" });
      note.value = chosen.note;
      const form = make("form", {}, [
        make("dl", {}, chosen.given ? this.placesChosen() : this.visitChosen()),
        chosen.given ? "" : this.regularly(),
        make("label", { for: "note" }, [words.note]), note,
        make("button", { class: "main" }, [chosen.given ? words.keep : words.book]), make("p", { class: "soft" }, [chosen.given ? words.keptPlaces : words.kept]),
      ]);
      if (missed.length) {
        const rest = make("button", { type: "button" }, [words.rest]);
        rest.addEventListener("click", () => this.hold(false));
        form.prepend(make("p", { class: "bad", role: "alert" }, [words.missed.replace("{days}", missed.map((one) => this.momentName(one.start)).join(" · "))]), missed.length < chosen.times ? rest : "");
      }
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        chosen.note = note.value;
        if (!chosen.given) [chosen.every, chosen.times] = ["every", "times"].map((id) => Number(form.querySelector(`#${id}`).value));
        this.hold();
      });
      this.show(3, chosen.given ? chosen.given.title : words.details, form, this.backButton(() => (chosen.given ? this.chooseDates() : this.chooseTime())));
    }

    // A basket of the shop, the time or the places in it, a code for it; then the shop's own pages go on.
    async hold(isWhole = true) {
      const { chosen } = this;
      const basket = await this.ask("/baskets", {}, {});
      if (!basket) return;
      const [path, wanted] = this.wanted(isWhole);
      const held = await this.ask(path, {}, { ...wanted, basket: basket.token }, [409]);
      if (!held) return;
      if (chosen.given && !held.services) { const full = this.dates.find((one) => one.id === held.session); this.chooseDates(full ? this.shortOf(full, held.left) : held.detail || held.title); return; }
      if (held.alternatives) { this.chooseTime(held.alternatives); return; }
      if (held.starts && !held.starts.length) { this.confirm(held.missed); return; }
      if (!held.services && !held.starts) { this.chooseServices(held.detail || held.title); return; }
      if (chosen.note.trim()) await this.ask(`/baskets/${basket.token}`, {}, { note: chosen.note.trim() }, [], "PATCH");
      const offer = await this.ask(`/baskets/${basket.token}/handover`, {}, {});
      if (!offer) return;
      const address = `${this.site()}/basket/take?code=${encodeURIComponent(offer.code)}`;
      if (this.dispatchEvent(new CustomEvent("comptoir-held", { bubbles: true, cancelable: true, detail: { address } }))) window.location.assign(address);
    }

    // --- parts -------------------------------------------------------------------------------------------------------

    // The days below their weekdays, Monday first; what is closed is only there to be counted by eye.
    weeks(days) {
      const heads = numbers(1, 7).map(([day]) => make("small", { "aria-hidden": "true" }, [this.format(new Date(Date.UTC(2024, 0, day)), { weekday: "short" }, "UTC")]));
      const cells = days.map((one) => (one.state === "closed" ? make("span", { "aria-hidden": "true" }, this.dateParts(one.date)) : this.dayButton(one)));
      cells[0].style.gridColumnStart = ((new Date(`${days[0].date}T12:00:00Z`).getUTCDay() + 6) % 7) + 1;
      return make("div", { class: "days", role: "group", "aria-label": this.words.when }, [...heads, ...cells]);
    }

    dateParts(date) {
      const day = new Date(`${date}T12:00:00Z`);
      return [this.format(day, { day: "numeric" }, "UTC"), make("small", {}, [this.format(day, { month: "short" }, "UTC")])];
    }

    dayButton(one) {
      const { words, chosen } = this;
      const name = words.day.replace("{day}", this.dayName(one.date)).replace("{state}", words[one.state === "open" ? "free" : one.state]);
      const button = make("button", { type: "button", class: one.state, "data-day": one.date, "aria-label": name, "aria-pressed": String(one.date === chosen.day) }, this.dateParts(one.date));
      button.disabled = !one.starts;
      button.addEventListener("click", () => { chosen.first ||= this.firstShown; chosen.day = one.date; this.goTo = "#day"; this.chooseTime(); });
      return button;
    }

    classButton(one) {
      const button = make("button", { type: "button", class: "choice" }, [make("span", {}, [one.title, make("br"), make("small", { class: "soft" }, [this.length([one])])]), make("b", {}, [this.money([one])])]);
      button.addEventListener("click", () => { Object.assign(this.chosen, { given: one, dates: [], party: 1 }); this.chooseDates(); });
      return button;
    }

    dateChoice(one) {
      const { words, chosen } = this;
      const facts = [one.people.length ? words.people.replace("{names}", one.people.join(", ")) : "", one.left > 0 ? this.count("left", one.left) : words.classFull].filter(Boolean);
      const said = make("span", {}, [this.momentName(one.start), make("br"), make("small", { class: "soft" }, [facts.join(" · ")])]);
      if (one.left > 0) {
        const box = make("input", { type: "checkbox", name: "date", value: one.id });
        box.checked = chosen.dates.includes(one.id);
        return make("label", { class: "choice" }, [box, said]);
      }
      const wait = make("button", { type: "button", "aria-label": `${words.wait}, ${this.momentName(one.start)}` }, [words.wait]);
      wait.addEventListener("click", () => this.waitFor(one));
      return make("div", { class: "choice" }, [said, wait]);
    }

    regularly() {
      const { words, chosen } = this;
      const weeks = [[0, words.never], ...[1, 2, 3, 4, 6, 8].map((n) => [n, this.count("weeks", n)])];
      return make("details", chosen.every ? { open: "" } : {}, [make("summary", {}, [words.regular]), ...this.choice("every", words.every, weeks, chosen.every), ...this.choice("times", words.times, numbers(2, 12), chosen.times)]);
    }

    // What is asked of the shop: places, a time, or the same time every so many weeks (all of them, or what is free).
    wanted(isWhole) {
      const { given, dates: sessions, party, start, every, times } = this.chosen;
      if (given) return ["/sessions/holds", { sessions, party }];
      return every ? ["/series", { ...this.visit(), start, every_weeks: every, times, only_whole: isWhole }] : ["/holds", { ...this.visit(), start }];
    }

    visitChosen() {
      return [
        make("dt", {}, [this.momentName(this.chosen.start)]), make("dd", {}, [this.place().name]),
        ...this.mine().flatMap((one) => [make("dt", {}, [one.title]), make("dd", {}, [`${this.length([one])} · ${this.money([one])}`])]),
        ...(this.mine().length > 1 ? [make("dt", {}, [this.words.total]), make("dd", {}, [this.cost()])] : []),
      ];
    }

    placesChosen() {
      const { words, chosen } = this;
      const dates = this.dates.filter((one) => chosen.dates.includes(one.id));
      return [
        ...dates.map((one) => make("dt", {}, [this.momentName(one.start)])), make("dd", {}, [this.place().name]),
        make("dt", {}, [words.total]), make("dd", {}, [`${this.count("places", dates.length * chosen.party)} · ${this.money(Array(dates.length * chosen.party).fill(chosen.given))}`]),
      ];
    }

    zoneNote() {
      const place = this.place();
      if (Intl.DateTimeFormat().resolvedOptions().timeZone === place.time_zone) return "";
      return make("p", { class: "soft" }, [this.words.zone.replace("{city}", place.city || place.name)]);
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
      this.box.replaceChildren(head, step > 0 ? make("p", { class: "soft" }, [this.words.step.replace("{n}", step)]) : "", ...parts);
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
    choice(id, label, options, value) {
      const box = make("select", { id }, options.map(([code, name]) => make("option", { value: code }, [name])));
      box.value = value;
      return [make("label", { for: id }, [make("h3", {}, [label])]), box];
    }
    select(id, label, options, value, choose) {
      const [name, box] = this.choice(id, label, options, value);
      box.addEventListener("change", () => { choose(box.value); this.chosen.first = ""; this.goTo = `#${id}`; this.chooseTime(); });
      return [name, box];
    }
    site() { return `${this.shop}/${this.getAttribute("channel") || "web"}/${this.lang_}`; }
    count(what, n) { return (this.words[`${what}_${new Intl.PluralRules(this.lang_).select(n)}`] || this.words[`${what}_other`]).replace("{n}", n); }
    shortOf(date, left) { return this.words[left > 0 ? "short" : "gone"].replace("{day}", this.momentName(date.start)).replace("{n}", left); }
    length(list) { return this.spell(list.reduce((sum, one) => sum + one.minutes, 0)); }
    // Who is served side by side takes as long as the longest of them.
    cost() { return `${this.spell(Math.max(...this.lines().map((line) => this.named(line).reduce((sum, one) => sum + one.minutes, 0))))} · ${this.money(this.mine())}`; }
    spell(minutes) { return [[Math.floor(minutes / 60), this.words.hour], [minutes % 60, this.words.min]].filter(([n]) => n).map((one) => one.join("\u00a0")).join(" "); }
    money(list) { return new Intl.NumberFormat(this.region, { style: "currency", currency: list[0].price.currency }).format(list.reduce((sum, one) => sum + Number(one.price.amount), 0)); }
    format(moment, options, zone) { return new Intl.DateTimeFormat(this.region, { ...options, timeZone: zone || this.place().time_zone }).format(moment); }
    dayName(day) { return this.format(new Date(`${day}T12:00:00Z`), { weekday: "long", day: "numeric", month: "long" }, "UTC"); }
    momentName(start) { return this.format(new Date(start), { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" }); }
    today() { return new Intl.DateTimeFormat("en-CA", { timeZone: this.place().time_zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date()); }

    // Asks the shop; on trouble says so, with a way to try again, and gives nothing back. A refusal is the caller's if named.
    async ask(path, query, body, refusals = [], method = "POST") {
      this.box.setAttribute("aria-busy", "true");
      this.live.textContent = this.words.loading;
      const address = new URL(this.api + path);
      for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) if (one !== "") address.searchParams.append(name, one);
      const headers = { "Accept-Language": this.lang_ };
      if (body) Object.assign(headers, { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID ? crypto.randomUUID() : `widget-${Date.now()}-${Math.random().toString(36).slice(2)}` });
      try {
        const answer = await fetch(address, body ? { method, headers, body: JSON.stringify(body) } : { headers });
        if (answer.ok || refusals.includes(answer.status)) return await answer.json();
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

  function numbers(first, last) {
    return Array.from({ length: last - first + 1 }, (_one, n) => [first + n, String(first + n)]);
  }

  function plus(day, days) {
    const moment = new Date(`${day}T12:00:00Z`);
    moment.setUTCDate(moment.getUTCDate() + days);
    return moment.toISOString().slice(0, 10);
  }

  if (!customElements.get("comptoir-booking")) customElements.define("comptoir-booking", ComptoirBooking);
})();
