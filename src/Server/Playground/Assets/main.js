// Puts the page together.
import { Problem, read, useKey } from "./api.js";
import { Comparison, mostPolicies } from "./comparison.js";
import { openCopy, toClipboard } from "./copy.js";
import { announce, tellProblem } from "./dom.js";
import { fragmentOf, parseFragment } from "./link.js";
import { chooseModel, isOrderValid, offerModels, readOrder, suggest, throwDice, writeOrder } from "./order.js";

const button = id => document.getElementById(id);
const keyForm = document.getElementById("key-form");
const show = document.querySelectorAll("input[name=show]");
let comparison = null;

await start();

async function start() {
  let policies, models;
  try {
    // Describing the policies loads the first model, of which more is known then.
    policies = await read("v1/policies");
    models = await read("v1/models");
  } catch (failure) {
    if (failure.status === 401) askForKey();
    tellProblem(failure instanceof Problem ? failure.message : "The answer of the server cannot be read.");
    button("draw").disabled = true;
    return;
  }
  tellProblem(null);
  button("draw").disabled = false;
  offerModels(models.data);
  suggest({ prompt: models.data[0].id === "emoji" ? "red apple" : "a lighthouse on a cliff at dusk, oil painting", seed: "1" });
  comparison = new Comparison(document.getElementById("cards"), policies.data, { changed: keepLink, running: showRunning, copied: c => openCopy(c, readOrder()), denied: askForKey, asked: draw });
  comparison.showPolicies(firstOf(policies));
  listen();
  followLink();
}

function listen() {
  document.getElementById("order").addEventListener("submit", event => {
    event.preventDefault();
    draw();
  });
  document.querySelector("#order [name=model]").addEventListener("change", event => useModel(event.target.value));
  button("stop").addEventListener("click", () => comparison.stop());
  button("dice").addEventListener("click", () => {
    throwDice();
    draw();
  });
  button("add").addEventListener("click", () => comparison.add()?.root.querySelector("select").focus());
  button("share").addEventListener("click", share);
  for (const choice of show) choice.addEventListener("change", showFrames);
  addEventListener("hashchange", followLink);
  addEventListener("keydown", event => {
    if (event.key === "Escape" && !button("stop").hidden && !document.querySelector("dialog[open]")) comparison.stop();
  });
}

function draw() {
  if (isOrderValid()) comparison.draw(readOrder());
}

/** Two policies to begin with: the default, and the most common other one. */
function firstOf({ default: name, data }) {
  const usable = data.filter(p => p.problem === null && p.kind !== "None");
  const first = usable.find(p => p.id === name) ?? usable[0];
  const second = usable.find(p => p.kind === "TeaCache" && p !== first) ?? usable.find(p => p !== first);
  return [first, second].filter(p => p).map(p => ({ id: p.id, overrides: {} }));
}

/** Another model is loaded to know its usual steps, its sizes, and what the policies can do on it. */
async function useModel(id) {
  announce(`Loading ${id}.`);
  button("draw").disabled = true;
  try {
    const policies = await read(`v1/policies?model=${encodeURIComponent(id)}`);
    chooseModel((await read("v1/models")).data, id);
    comparison.usePolicies(policies.data);
    tellProblem(null);
  } catch (failure) {
    tellProblem(failure.message);
  }
  button("draw").disabled = false;
}

async function followLink() {
  const linked = parseFragment(location.hash, mostPolicies);
  if (!linked || location.hash === currentFragment()) return;
  if (linked.order.model && linked.order.model !== readOrder().model) await useModel(linked.order.model);
  writeOrder(linked.order);
  for (const choice of show) choice.checked = choice.value === linked.show;
  showFrames();
  comparison.showPolicies(linked.policies);
  draw();
}

function currentFragment() {
  return comparison.order ? fragmentOf({ order: comparison.order, policies: comparison.policies, show: shown() }) : "";
}

/** The address is that of what is on the screen. */
function keepLink() {
  button("add").disabled = comparison ? !comparison.hasRoom : true;
  if (comparison?.order) history.replaceState(null, "", currentFragment());
}

function shown() {
  return [...show].find(c => c.checked).value;
}

function showFrames() {
  document.body.classList.toggle("differences", shown() === "differences");
  keepLink();
}

function showRunning(yes) {
  const hadFocus = document.activeElement === button("stop");
  button("stop").hidden = !yes;
  if (!yes && hadFocus) button("draw").focus({ preventScroll: true });
}

async function share() {
  if (!comparison.order) draw();
  announce(await toClipboard(location.href) ? "The link is in the clipboard." : "The link is in the address bar.");
  button("share").textContent = "Copied";
  setTimeout(() => { button("share").textContent = "Copy link"; }, 1500);
}

function askForKey() {
  keyForm.hidden = false;
  keyForm.key.focus();
}

keyForm.addEventListener("submit", event => {
  event.preventDefault();
  useKey(keyForm.key.value);
  keyForm.hidden = true;
  keyForm.reset();
  if (comparison) draw();
  else start();
});
