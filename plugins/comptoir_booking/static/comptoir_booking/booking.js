// Times are those of the salon; who looks from another zone reads their own below.
"use strict";
const booking = document.querySelector(".booking[data-zone]");
if (booking && Intl.DateTimeFormat().resolvedOptions().timeZone !== booking.dataset.zone) {
  const clock = (zone) => new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", timeZone: zone });
  const [here, there] = [clock(), clock(booking.dataset.zone)];
  let differs = false;
  for (const start of booking.querySelectorAll(".start")) {
    const moment = new Date(start.value);
    if (here.format(moment) === there.format(moment)) continue;
    differs = true;
    const words = document.createElement("span");
    words.className = "there";
    words.textContent = booking.dataset.here.replace("{time}", here.format(moment));
    start.append(words);
  }
  const sentence = booking.querySelector("[data-zone-words]");
  if (sentence) sentence.hidden = !differs;
}
