// Stripe's Payment Element in the page of the shop. Card numbers never come near us: they stay in Stripe's frame.
"use strict";

const form = document.querySelector("[data-payment-form]");
const here = form.querySelector("[data-payment-here]");
const error = form.querySelector("[data-payment-error]");
const button = form.querySelector("button");

function say(sentence) {
  error.textContent = sentence;
  error.hidden = !sentence;
}

function open() {
  const { client_secret: clientSecret, publishable_key: key } = JSON.parse(document.getElementById("payment-step").textContent);
  const tokens = getComputedStyle(document.documentElement);
  const token = (name) => tokens.getPropertyValue(`--${name}`).trim();
  const stripe = Stripe(key, { locale: document.documentElement.lang });
  const variables = { borderRadius: token("radius"), fontSizeBase: "16px" };
  const theme = matchMedia("(prefers-color-scheme: dark)").matches ? "night" : "stripe";
  const elements = stripe.elements({ clientSecret, appearance: { theme, variables } });
  const element = elements.create("payment");
  element.on("ready", () => { here.removeAttribute("aria-busy"); button.disabled = false; });
  element.on("loaderror", () => say(error.dataset.notThere));
  element.mount(here);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    say("");
    const answer = await stripe.confirmPayment({ elements, confirmParams: { return_url: form.dataset.return } });
    // Who comes here was not sent on: the bank has refused, or something is missing in the form.
    say(answer.error.message || error.dataset.notThere);
    button.disabled = false;
  });
}

try { open(); } catch { say(error.dataset.notThere); }
