// The square code on a report leads to …/verify#CODE. What stands behind # never reaches a server or its logs;
// this puts it into the field, so that the reader only has to press the button.
"use strict";
const typed = decodeURIComponent(location.hash.slice(1)).slice(0, 40);
const field = document.getElementById("code");
if (field && /^[0-9A-Za-z -]{12,40}$/.test(typed)) {
  field.value = typed;
  history.replaceState(null, "", location.pathname);
  field.focus();
}
