// A policy's settings: sliders for its thresholds with the paper's symbols, and fields for the rest, built from what the server tells.
import { element, symbol } from "./dom.js";

const notches = 200;
let fields = 0;

/** The editor of a policy's settings: what differs from the server's values are its overrides. */
export class Settings {
  #policy;
  #overrides = new Map();
  #sliders;
  #more;
  #changed;

  /** Builds the controls in two places; changed() is called when a value was changed and let go. */
  constructor(sliders, more, changed) {
    [this.#sliders, this.#more, this.#changed] = [sliders, more, changed];
  }

  /** Shows a policy with overrides: texts by name. Names that the policy lacks are left out. */
  show(policy, overrides = {}) {
    this.#policy = policy;
    this.#overrides.clear();
    for (const setting of policy.settings) {
      const text = overrides[setting.name];
      if (text !== undefined && text !== setting.value) this.#overrides.set(setting.name, text);
    }
    this.#build();
  }

  /** What differs from the server's values: texts by name. */
  get overrides() {
    return Object.fromEntries(this.#overrides);
  }

  /** The overrides as a request has them: nested objects of JSON values. */
  get json() {
    const json = {};
    for (const [name, text] of this.#overrides) {
      const path = name.split(".");
      const holder = path.slice(0, -1).reduce((place, part) => place[part] ??= {}, json);
      holder[path.at(-1)] = jsonOf(this.#policy.settings.find(s => s.name === name), text);
    }
    return json;
  }

  /** Every setting with its text: the override, or the server's value. */
  get values() {
    return this.#policy.settings.map(setting => ({ setting, text: this.#textOf(setting), isOverride: this.#overrides.has(setting.name) }));
  }

  /** The setting that a search varies, with the values it tries, from careful to daring; null where there is none. */
  get ladder() {
    const setting = slidersOf(this.#policy)[0];
    if (!setting) return null;
    const worth = numbersOf(setting.worth);
    const values = worth.length > 1 ? worth : setting.kind === "whole_number" ? Array.from({ length: 20 }, (_, i) => i + Math.max(1, setting.minimum ?? 1)) : [];
    return values.length > 1 ? { setting, values: values.sort((a, b) => a - b).map(String) } : null;
  }

  /** Sets one value and shows it; nobody is told. */
  set(name, text) {
    this.#store(this.#policy.settings.find(s => s.name === name), text);
    this.#build();
  }

  #store(setting, text) {
    if (text === setting.value || (text === "" && setting.value === "null")) this.#overrides.delete(setting.name);
    else this.#overrides.set(setting.name, text === "" && setting.expected.endsWith("or null") ? "null" : text);
  }

  #build() {
    const sliding = slidersOf(this.#policy);
    this.#sliders.replaceChildren(...sliding.map(s => this.#slider(s)));
    this.#more.replaceChildren(...this.#policy.settings.filter(s => !sliding.includes(s)).map(s => this.#field(s)));
  }

  #textOf(setting) {
    return this.#overrides.get(setting.name) ?? setting.value;
  }

  #slider(setting) {
    const scale = new Scale(setting, Number(this.#textOf(setting)));
    const number = element("input", { type: "number", min: setting.minimum, max: setting.maximum, step: scale.step, value: this.#textOf(setting), inputmode: "decimal", required: true });
    const range = element("input", { type: "range", min: 0, max: scale.notches, step: 1, "aria-label": titleOf(setting), "aria-valuetext": number.value });
    range.value = scale.notchOf(Number(number.value));
    range.addEventListener("input", () => {
      number.value = scale.valueAt(Number(range.value));
      range.setAttribute("aria-valuetext", number.value);
    });
    range.addEventListener("change", () => this.#take(setting, number.value));
    number.addEventListener("change", () => {
      if (!number.reportValidity()) return;
      range.value = scale.notchOf(Number(number.value));
      range.setAttribute("aria-valuetext", number.value);
      this.#take(setting, number.value);
    });
    return element("div", { class: "slider" }, element("label", { title: `${setting.name}: ${setting.expected}` }, element("span", {}, ...headOf(setting)), number), range);
  }

  #field(setting) {
    const input = this.#input(setting);
    input.addEventListener("change", () => {
      if (input.reportValidity()) this.#take(setting, input.type === "checkbox" ? String(input.checked) : input.value.trim());
    });
    const label = element("label", { title: `${setting.name}: ${setting.expected}` }, element("span", {}, ...headOf(setting)), input);
    if (setting.kind !== "text" || setting.worth.length === 0) return label;
    const list = element("datalist", { id: `worth-${fields++}` }, ...setting.worth.map(w => element("option", { value: w })));
    input.setAttribute("list", list.id);
    label.append(list);
    return label;
  }

  #input(setting) {
    const text = this.#textOf(setting);
    const isNumber = setting.kind === "number" || setting.kind === "whole_number";
    if (setting.kind === "choice") {
      const choose = element("select", {}, ...setting.choices.map(c => element("option", { value: c }, c)));
      choose.value = text;
      return choose;
    }
    if (setting.kind === "flag") return element("input", { type: "checkbox", checked: text === "true" });
    const step = setting.kind === "whole_number" ? 1 : "any";
    const value = text === "null" ? "" : text;
    return isNumber
      ? element("input", { type: "number", min: setting.minimum, max: setting.maximum, step, value, placeholder: text === "null" ? "none" : null, inputmode: "decimal", required: !setting.expected.endsWith("or null") })
      : element("input", { type: "text", value, placeholder: text === "null" ? "none" : null, maxlength: 512, spellcheck: "false" });
  }

  #take(setting, text) {
    this.#store(setting, text);
    this.#changed();
  }
}

/** A setting's name as people read it. */
export function titleOf(setting) {
  return setting.name.split(".").map(part => part.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase()).join(": ").replace(/^./, c => c.toUpperCase());
}

/** A value as JSON has it. */
export function jsonOf(setting, text) {
  if (text === "null") return null;
  switch (setting.kind) {
    case "flag": return text === "true";
    case "number": case "whole_number": return Number(text);
    case "numbers": return text === "" ? [] : text.split(",").map(Number);
    default: return text;
  }
}

/** A notch of a slider for each value: along logarithms where the values reach over more than a decade. */
class Scale {
  constructor(setting, value) {
    const worth = numbersOf(setting.worth);
    const isWhole = setting.kind === "whole_number";
    this.low = worth.length > 1 ? Math.min(...worth, value > 0 ? value : Infinity) : setting.minimum ?? 0;
    this.high = worth.length > 1 ? Math.max(...worth, value) : setting.maximum ?? Math.max(20, 2 * value);
    this.isLogarithmic = this.low > 0 && this.high > 10 * this.low && !isWhole;
    this.isWhole = isWhole;
    this.notches = isWhole ? this.high - this.low : notches;
    this.step = isWhole ? 1 : "any";
  }

  valueAt(notch) {
    const share = notch / this.notches;
    const value = this.isLogarithmic ? this.low * (this.high / this.low) ** share : this.low + (this.high - this.low) * share;
    return this.isWhole ? Math.round(value) : Number(value.toPrecision(3));
  }

  notchOf(value) {
    const share = this.isLogarithmic ? Math.log(Math.max(value, this.low) / this.low) / Math.log(this.high / this.low) : (value - this.low) / (this.high - this.low);
    return Math.round(Math.min(1, Math.max(0, share)) * this.notches);
  }
}

/** The settings that get a slider: numbers with a symbol and a known range; else whole numbers with a symbol. */
function slidersOf(policy) {
  const named = policy.settings.filter(s => s.symbol);
  const numbers = named.filter(s => s.kind === "number" && (numbersOf(s.worth).length > 1 || (s.minimum !== null && s.maximum !== null)));
  return numbers.length > 0 ? numbers : named.filter(s => s.kind === "whole_number" && s.value !== "null");
}

function numbersOf(texts) {
  return texts.map(Number).filter(Number.isFinite);
}

function headOf(setting) {
  return setting.symbol ? [symbol(setting.symbol), " ", titleOf(setting)] : [titleOf(setting)];
}
