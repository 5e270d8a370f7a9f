// What gets better in the checkout with JavaScript. Everything here also works without it.
"use strict";

// The link of an e-mail has its secret behind "#", which no server sees: hand it over as a form.
const opened = document.querySelector("form[data-open-by-hash]");
if (opened && location.hash.length > 8) {
  opened.elements.link.value = location.hash;
  history.replaceState(null, "", location.pathname);
  opened.submit();
}

// One click on "Pay" is enough; the server takes a second one as the same, too.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.busy) event.preventDefault();
    form.dataset.busy = "1";
  });
}
addEventListener("pageshow", () => { for (const form of document.querySelectorAll("form[data-busy]")) delete form.dataset.busy; });

// "Near me": the browser asks whether it may tell the place; nothing is kept.
if (navigator.geolocation) {
  for (const button of document.querySelectorAll("[data-locate]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        button.form.elements.lat.value = coords.latitude.toFixed(2);
        button.form.elements.lon.value = coords.longitude.toFixed(2);
        button.form.requestSubmit(button.closest(".near").querySelector("[name=look]"));
      });
    });
  }
}

// The bank answers late: look again by and by.
if (document.querySelector("[data-look-again]")) setTimeout(() => location.reload(), 5000);

// What is wrong comes into sight, and gets the focus.
const wrong = document.querySelector("[aria-invalid=true]");
if (wrong) wrong.focus();
else document.querySelector(".notice.bad[role=alert]")?.scrollIntoView({ block: "center" });
