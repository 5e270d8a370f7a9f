// Keeps each figure as soon as it is typed. Without this script every button of the form keeps them.
const form = document.querySelector("[data-count]");
const told = form.querySelector("[data-saved]");

async function keep(input) {
  const number = input.name.slice("figure-".length);
  const was = form.elements[`was-${number}`];
  const sent = new FormData();
  for (const name of ["csrfmiddlewaretoken", `was-${number}`]) sent.set(name, form.elements[name].value);
  sent.set(input.name, input.value);
  sent.set("quietly", "1");
  told.textContent = told.dataset.savingText;
  try {
    const answer = await fetch(location.pathname, { method: "POST", body: sent, redirect: "manual" });
    if (answer.status !== 204) throw new Error(answer.status);
    was.value = input.value.trim();
    input.removeAttribute("aria-invalid");
    told.textContent = told.dataset.savedText;
  } catch {
    input.setAttribute("aria-invalid", "true");
    told.textContent = told.dataset.failedText;
  }
}

form.addEventListener("change", (event) => {
  if (event.target.name?.startsWith("figure-")) keep(event.target);
});
