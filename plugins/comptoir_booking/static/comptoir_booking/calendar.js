/* Comfort for the calendar; everything works without it. A click looks at which quarter it meant, a block can be
   dragged (on a touch screen after a long press), and the line of now goes on. */
(() => {
  const calendar = document.querySelector(".bk-calendar");
  if (!calendar) return;
  const STEP = 15, PRESS_MS = 350, FAR_PX = 6;
  const begin = Number(calendar.style.getPropertyValue("--begin"));
  const minutes = Number(calendar.style.getPropertyValue("--minutes"));
  const columns = [...calendar.querySelectorAll(".bk-column")];
  const dialog = document.querySelector(".bk-dialog");
  const clock = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  const px = () => columns[0].getBoundingClientRect().height / minutes;

  calendar.addEventListener("click", (event) => {
    const cell = event.target.closest(".bk-cell");
    if (!cell) return;
    const into = Math.floor((event.clientY - cell.getBoundingClientRect().top) / px() / STEP) * STEP;
    const url = new URL(cell.href);
    url.searchParams.set("time", clock(Number(cell.dataset.minute) + Math.max(into, 0)));
    cell.href = url;
  });

  const cards = [...calendar.querySelectorAll(".bk-card")].sort((one, other) => one.offsetTop - other.offsetTop);
  const show = document.querySelector(".bk-now") || cards[0];
  const scroller = calendar.parentElement;
  if (show) scroller.scrollTop = Math.max(0, show.offsetTop - scroller.clientHeight / 3);
  const now = document.querySelectorAll(".bk-now");
  const since = Date.now();
  if (now.length) setInterval(() => now.forEach((line) => {
    line.style.setProperty("--from", Number(line.dataset.minute) + Math.floor((Date.now() - since) / 60000));
  }), 30000);

  if (!dialog) return;
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  let drag = null;

  const lift = () => {
    drag.isLifted = true;
    drag.card.classList.add("is-dragged");
    drag.card.setPointerCapture(drag.pointer);
  };
  const put = (event) => {
    const over = columns.find((one) => {
      const box = one.getBoundingClientRect();
      return event.clientX >= box.left && event.clientX < box.right;
    }) || drag.column;
    const top = over.getBoundingClientRect().top;
    const minute = Math.round((event.clientY - drag.grip - top) / px() / STEP) * STEP + begin;
    drag.to = over;
    drag.minute = Math.min(Math.max(minute, begin), begin + minutes - STEP);
    if (drag.card.parentElement.closest(".bk-column") !== over) {
      let list = over.querySelector(".bk-cards");
      if (!list) over.append(list = Object.assign(document.createElement("ol"), { className: "bk-cards" }));
      list.append(drag.card);
    }
    drag.card.style.setProperty("--from", drag.minute);
  };
  const home = () => {
    drag.list.insertBefore(drag.card, drag.next);
    drag.card.style.setProperty("--from", drag.from);
    drag.card.classList.remove("is-dragged");
  };
  const ask = () => {
    const { card, to, minute, from } = drag;
    // A card begins where getting ready begins; what was agreed begins later by as much.
    const [hours, rest] = card.dataset.seen.slice(0, 5).split(":").map(Number);
    const time = clock(hours * 60 + rest + minute - from);
    const person = to !== drag.column && to.dataset.person !== drag.column.dataset.person ? to.dataset.person : "";
    const form = dialog.querySelector("form");
    form.action = card.dataset.move;
    Object.assign(form.elements.on, { value: to.dataset.day });
    Object.assign(form.elements.time, { value: time });
    Object.assign(form.elements.person, { value: person });
    Object.assign(form.elements.sequence, { value: card.dataset.sequence });
    Object.assign(form.elements.booking, { value: card.dataset.booking });
    dialog.querySelector("[data-part=name]").textContent = card.dataset.name;
    dialog.querySelector("[data-part=was]").textContent = `${drag.column.dataset.title}, ${card.dataset.seen.slice(0, 5)}`;
    dialog.querySelector("[data-part=becomes]").textContent = `${to.dataset.title}, ${time}`;
    const back = drag;
    dialog.addEventListener("close", () => { drag = back; home(); drag = null; }, { once: true });
    dialog.showModal();
  };

  calendar.addEventListener("pointerdown", (event) => {
    const card = event.target.closest("[data-move]");
    if (!card || event.button) return;
    drag = {
      card, pointer: event.pointerId, x: event.clientX, y: event.clientY,
      column: card.closest(".bk-column"), list: card.parentElement, next: card.nextElementSibling,
      from: Number(card.style.getPropertyValue("--from")),
      grip: event.clientY - card.getBoundingClientRect().top,
    };
    if (event.pointerType === "touch") drag.timer = setTimeout(lift, PRESS_MS);
  });
  calendar.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > FAR_PX;
    if (!drag.isLifted && far && event.pointerType === "touch") { clearTimeout(drag.timer); drag = null; return; }
    if (!drag.isLifted && far) lift();
    if (drag.isLifted) { event.preventDefault(); put(event); }
  });
  calendar.addEventListener("touchmove", (event) => { if (drag?.isLifted) event.preventDefault(); }, { passive: false });
  const drop = (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    clearTimeout(drag.timer);
    const moved = drag.isLifted && drag.to && (drag.to !== drag.column || drag.minute !== drag.from);
    if (drag.isLifted) {
      const card = drag.card;
      const stop = (click) => click.preventDefault();
      card.addEventListener("click", stop, true);
      setTimeout(() => { card.removeEventListener("click", stop, true); card.classList.remove("is-dragged"); }, 50);
    }
    if (moved) ask(); else if (drag.isLifted) home();
    drag = null;
  };
  calendar.addEventListener("pointerup", drop);
  calendar.addEventListener("pointercancel", (event) => { if (drag && event.pointerId === drag.pointer) { clearTimeout(drag.timer); if (drag.isLifted) home(); drag = null; } });
  calendar.addEventListener("dragstart", (event) => event.preventDefault());
})();
