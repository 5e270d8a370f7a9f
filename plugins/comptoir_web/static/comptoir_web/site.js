// What gets better with JavaScript. Everything here also works without it.
"use strict";

// Personal parts of a page that is the same for everybody: fetched after it stands, put where they belong.
for (const place of document.querySelectorAll("[data-part]")) {
  if (!place.dataset.part) continue;
  fetch(place.dataset.part, { headers: { "X-Part": "1" }, credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.text() : ""))
    .then((html) => { place.innerHTML = html; })
    .catch(() => {});
}
