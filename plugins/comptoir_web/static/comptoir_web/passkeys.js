// Passkeys: the browser asks the device, and the form carries the answer. Without them a code or a password logs in.
"use strict";

const canParse = window.PublicKeyCredential && PublicKeyCredential.parseCreationOptionsFromJSON;

for (const said of document.querySelectorAll("[data-no-passkeys]")) said.hidden = Boolean(canParse);
for (const form of canParse ? document.querySelectorAll("form[data-passkey]") : []) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    (form.dataset.passkey === "create" ? created() : found(form.action))
      .then((credential) => {
        form.elements.credential.value = JSON.stringify(credential.toJSON());
        form.submit();
      })
      .catch(() => { form.querySelector(".error[hidden], .error").hidden = false; });
  });
}

async function created() {
  const options = JSON.parse(document.getElementById("passkey-options").textContent).creation_options.publicKey;
  // What is made here opens the account by itself, so the device has to know its owner.
  options.authenticatorSelection = { ...options.authenticatorSelection, residentKey: "required", requireResidentKey: true, userVerification: "required" };
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
}

async function found(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  const options = (await answer.json()).request_options.publicKey;
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}
