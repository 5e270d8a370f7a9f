// What gets better with JavaScript. Everything here also works without it.
"use strict";
document.documentElement.classList.add("js");

// Personal parts of a page that is the same for everybody: fetched after it stands, put where they belong.
for (const place of document.querySelectorAll("[data-part]")) {
  if (!place.dataset.part) continue;
  fill(place, place.dataset.part);
}

function fill(place, address) {
  return fetch(address, { headers: { "X-Part": "1" } })
    .then((answer) => (answer.ok ? answer.text() : ""))
    .then((html) => {
      place.innerHTML = html;
      for (const near of place.querySelectorAll("[data-near]")) near.hidden = !navigator.geolocation;
      return html;
    })
    .catch(() => "");
}

// A product page: the chosen variant sets the price, the picture and the ways to have it.
const form = document.querySelector(".buy-form");
if (form) {
  const ways = document.querySelector("[data-ways]");
  form.addEventListener("change", (event) => {
    const chosen = event.target;
    if (chosen.name !== "sku") return;
    if (chosen.dataset.price) document.querySelector("[data-price]").textContent = chosen.dataset.price;
    if (ways && ways.dataset.ways) fill(ways, `${ways.dataset.ways}?sku=${encodeURIComponent(chosen.value)}`);
  });
}

// The nearest shop first, for who asks: the place is rounded to a kilometre, and kept nowhere.
document.addEventListener("click", (event) => {
  const near = event.target.closest("[data-near]");
  const sku = form && new FormData(form).get("sku");
  if (!near || !sku) return;
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    const place = document.querySelector("[data-ways]");
    fill(place, `${place.dataset.ways}?sku=${encodeURIComponent(sku)}&lat=${coords.latitude.toFixed(2)}&lon=${coords.longitude.toFixed(2)}`);
  }, () => { near.hidden = true; });
});

// Small pictures scroll the large one instead of the page.
for (const thumb of document.querySelectorAll(".gallery-thumbs a")) {
  thumb.addEventListener("click", (event) => {
    const picture = document.querySelector(thumb.hash);
    if (!picture) return;
    event.preventDefault();
    picture.parentElement.scrollTo({ left: picture.offsetLeft - picture.parentElement.offsetLeft, behavior: calm() ? "auto" : "smooth" });
    for (const other of document.querySelectorAll(".gallery-thumbs a")) other.removeAttribute("aria-current");
    thumb.setAttribute("aria-current", "true");
  });
}

// What this browser looked at stays in this browser; the shop is only asked for the cards.
const seen = document.querySelector("[data-seen]");
if (seen) {
  let handles = [];
  try { handles = JSON.parse(localStorage.getItem("seen") || "[]").filter((one) => typeof one === "string"); } catch { handles = []; }
  const here = seen.dataset.handle;
  const others = handles.filter((one) => one !== here).slice(0, 4);
  if (others.length) {
    fill(seen.querySelector("div"), `${seen.dataset.seen}?handles=${encodeURIComponent(others.join(","))}`)
      .then((html) => { seen.hidden = !html.includes("<li"); });
  }
  if (here) {
    try { localStorage.setItem("seen", JSON.stringify([here, ...handles.filter((one) => one !== here)].slice(0, 12))); } catch { /* private window */ }
  }
}

function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// Suggestions while typing: a list of plain links, reached with the arrow keys or Tab.
const box = document.querySelector("[data-suggest]");
if (box && box.dataset.suggest) {
  const list = document.createElement("div");
  list.className = "suggestions";
  box.form.append(list);
  let wait = 0, asked = "";
  const close = () => { list.replaceChildren(); asked = ""; };
  box.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(() => {
      const text = box.value.trim();
      if (text.length < 2) return close();
      asked = text;
      fetch(`${box.dataset.suggest}?q=${encodeURIComponent(text)}`)
        .then((answer) => (answer.ok ? answer.text() : ""))
        .then((html) => { if (asked === text) list.innerHTML = html; })
        .catch(close);
    }, 150);
  });
  box.form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { close(); box.focus(); return; }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [box, ...list.querySelectorAll("a")];
    const next = stops[stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next && stops.length > 1) { event.preventDefault(); next.focus(); }
  });
  document.addEventListener("focusin", (event) => { if (!box.form.contains(event.target)) close(); });
  document.addEventListener("pointerdown", (event) => { if (!box.form.contains(event.target)) close(); });
}

// Filters of a list: what changes is fetched and put in place; the address says what is chosen.
const main = document.getElementById("main");
if (document.querySelector("[data-list]")) {
  const show = (address, keep) => {
    const list = document.querySelector("[data-list]");
    const open = list.querySelector("[data-filter-details]").open;
    const focused = document.activeElement && list.contains(document.activeElement) ? [document.activeElement.name, document.activeElement.value] : null;
    list.setAttribute("aria-busy", "true");
    return fetch(address).then((answer) => { if (!answer.ok) throw new Error(); return answer.text(); }).then((html) => {
      const page = new DOMParser().parseFromString(html, "text/html");
      const fresh = page.querySelector("[data-list]");
      if (!fresh) throw new Error();
      fresh.querySelector("[data-filter-details]").open = open;
      list.replaceWith(fresh);
      document.title = page.title;
      if (keep) history.pushState({ list: true }, "", address);
      const same = focused && [...fresh.querySelectorAll("input, select")].find((one) => one.name === focused[0] && (one.value === focused[1] || one.tagName === "SELECT"));
      if (same) same.focus({ preventScroll: true });
    }).catch(() => { location.assign(address); });
  };
  const address = (form) => {
    const words = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) words.append(name, value);
    return `${location.pathname}${words.size ? `?${words}` : ""}`;
  };
  main.addEventListener("change", (event) => {
    const form = event.target.closest("[data-filters]");
    if (form) show(address(form), true);
  });
  main.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-filters]");
    if (form) { event.preventDefault(); show(address(form), true); }
  });
  main.addEventListener("click", (event) => {
    const link = event.target.closest(".chosen a");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); show(link.href, true); }
  });
  addEventListener("popstate", () => show(location.href, false));
}
