// The dialog with what a card shows as text, and the clipboard.
import { hasKey } from "./api.js";
import { appsettings, csharp, curl } from "./snippets.js";

const dialog = document.getElementById("copy");
const text = dialog.querySelector("pre");
const said = dialog.querySelector("[role=status]");
let forms = null;

/** Opens the dialog for a card and an order. */
export function openCopy(card, order) {
  forms = {
    csharp: () => csharp(order, order.model, card),
    appsettings: () => appsettings(card),
    curl: () => curl(order, card, hasKey()),
  };
  dialog.querySelector("h2").textContent = `${card.title} as`;
  show();
  dialog.showModal();
}

/** Puts a text into the clipboard; false where the browser does not let a page do so. */
export async function toClipboard(content) {
  try {
    await navigator.clipboard.writeText(content);
    return true;
  } catch {
    return false;
  }
}

function show() {
  said.textContent = "";
  text.textContent = forms[dialog.querySelector("input[name=form]:checked").value]();
}

dialog.addEventListener("change", show);
document.getElementById("copy-text").addEventListener("click", async () => {
  if (await toClipboard(text.textContent)) {
    said.textContent = "Copied.";
    return;
  }
  getSelection().selectAllChildren(text);
  said.textContent = "The browser does not allow it here. The text is selected: copy it by hand.";
});
