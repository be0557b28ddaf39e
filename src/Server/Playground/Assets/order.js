// What is drawn: the form above the pictures, and the body of a request.
import { element } from "./dom.js";

const form = document.getElementById("order");
const texts = ["prompt", "model", "seed", "steps", "guidance", "style", "size", "negative"];
let models = [];

/** Offers the server's models, and what the first of them draws where the form says nothing. */
export function offerModels(list) {
  models = list;
  form.model.replaceChildren(...list.map(m => element("option", { value: m.id }, m.id)));
  fieldOf("model").hidden = list.length < 2;
  form.model.value = list[0].id;
  const typed = readOrder();
  adopt(list[0]);
  for (const name of ["steps", "guidance"]) form[name].value = typed[name] || form[name].value;
}

/** Takes what is known of the models since one was loaded, and chooses one. */
export function chooseModel(list, id) {
  models = list;
  form.model.value = id;
  adopt(list.find(m => m.id === id));
}

/** What the form says: texts by name. */
export function readOrder() {
  return Object.fromEntries(texts.map(name => [name, form[name].value.trim()]));
}

/** Fills what nobody has filled yet: somebody may type before the server has answered. */
export function suggest(order) {
  for (const [name, text] of Object.entries(order)) form[name].value ||= text;
}

/** Fills the form with what is given; the rest stays. */
export function writeOrder(order) {
  for (const name of texts) {
    if (name !== "model" && order[name] !== undefined) form[name].value = order[name];
  }
}

/** Whether the form can be sent; says what is wrong where it cannot. */
export function isOrderValid() {
  return form.reportValidity();
}

/** Another seed. */
export function throwDice() {
  form.seed.value = crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000;
}

/** The body of a request for a picture of an order. */
export function bodyOf(order, policy, overrides, stream = true) {
  const body = { prompt: order.prompt };
  if (models.length > 1) body.model = order.model;
  if (order.size && order.size !== "auto") body.size = order.size;
  if (stream) body.stream = true;
  body.cachepolicies = { policy, steps: Number(order.steps), guidance: Number(order.guidance), seed: Number(order.seed) };
  if (order.style) body.cachepolicies.style = order.style;
  if (order.negative) body.cachepolicies.negative_prompt = order.negative;
  if (Object.keys(overrides).length > 0) body.cachepolicies.overrides = overrides;
  if (stream) body.cachepolicies.progress = true;
  return body;
}

function adopt(model) {
  const known = model.cachepolicies;
  form.steps.value = known.steps ?? 28;
  form.guidance.value = known.guidance ?? 3;
  form.size.value = known.has_one_size ? "" : known.size ?? "auto";
  fieldOf("size").hidden = known.has_one_size === true;
  const styles = known.styles ?? [];
  form.style.replaceChildren(...styles.map(s => element("option", { value: s }, s)));
  fieldOf("style").hidden = styles.length < 2;
}

function fieldOf(name) {
  return form.querySelector(`[data-field="${name}"]`);
}
