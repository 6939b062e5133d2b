"use strict";
/* Passkeys: a form with `data-passkey` ("create" or "get") asks the browser for one and sends what it answers. */
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function question(publicKey) {
  const asked = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (asked.user) asked.user = { ...asked.user, id: bytes(asked.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (asked[list]) asked[list] = asked[list].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return asked;
}

function answer(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
}

async function options(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const got = await fetch(form.dataset.ask, { headers: { Accept: "application/json" } });
  return (await got.json()).request_options;
}

const able = window.isSecureContext && "PublicKeyCredential" in window;
for (const none of document.querySelectorAll("[data-passkey-none]")) none.hidden = able;
for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !able;
  const failed = form.querySelector("[data-failed]");
  const ask = async () => {
    failed.hidden = true;
    try {
      const publicKey = question((await options(form)).publicKey);
      form.elements.credential.value = answer(await navigator.credentials[form.dataset.passkey]({ publicKey }));
      form.submit();
    } catch {
      failed.textContent = failed.dataset.failed;
      failed.hidden = false;
    }
  };
  form.querySelector("button").addEventListener("click", ask);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
}
