// The link in the mail carries account and code behind #, where no server sees them; here they become the form's fields.
const [account, code] = location.hash.slice(1).split(".");
const form = document.querySelector("form#activate");
if (form && account && code) {
  form.elements.account.value = account;
  form.elements.code.value = code;
  history.replaceState(null, "", location.pathname);
}
