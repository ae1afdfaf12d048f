// Asks the device for a passkey and puts what it signed into the form. Everything else on these pages needs no script.
"use strict";
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) => buffer && btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/[+]/g, "-").replace(/[/]/g, "_").replace(/=+$/, "");
const known = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

async function ask(how, given) {
  const options = { ...given, challenge: bytes(given.challenge) };
  if (how === "create") {
    options.user = { ...given.user, id: bytes(given.user.id) };
    options.excludeCredentials = known(given.excludeCredentials);
    return navigator.credentials.create({ publicKey: options });
  }
  options.allowCredentials = known(given.allowCredentials);
  return navigator.credentials.get({ publicKey: options });
}

function written(made) {
  const said = made.response;
  const response = { clientDataJSON: text(said.clientDataJSON) };
  if (said.attestationObject) {
    response.attestationObject = text(said.attestationObject);
    response.transports = said.getTransports ? said.getTransports() : [];
  } else {
    response.authenticatorData = text(said.authenticatorData);
    response.signature = text(said.signature);
    response.userHandle = text(said.userHandle);
  }
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    const sorry = form.querySelector("[role=alert]");
    sorry.hidden = true;
    try {
      const made = await ask(form.dataset.passkey, JSON.parse(form.dataset.options));
      form.elements.credential.value = written(made);
      form.submit();
    } catch {
      sorry.hidden = false;
    }
  });
}
