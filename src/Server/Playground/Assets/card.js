// A picture with what was computed for it: the uncached one, or a policy's.
import { announce, element } from "./dom.js";
import { Problem, generate } from "./api.js";
import { bodyOf } from "./order.js";
import { addressOf, decibels, decode, drawDifference, psnr } from "./pixels.js";
import { Settings } from "./settings.js";
import { Timeline } from "./timeline.js";

const template = document.getElementById("card");
const narrow = matchMedia("(max-width: 40rem)"); // Settings begin folded there.
const coarse = 160; // Smaller pictures are enlarged with hard edges.

/** A card of the comparison. */
export class Card {
  /** The policy as the server describes it. */
  policy;

  /** What the last finished run made: { base64, pixels, cache, speed, psnr }; null before, and once it no longer fits the settings. */
  result = null;

  #at;
  #timeline;
  #settings;
  #frame = 0;
  #waiting = null;
  #isReference;

  /** Makes a card; told.changed(card) after its policy or a setting changed. */
  constructor({ isReference, policies, policy, overrides, told }) {
    this.#isReference = isReference;
    this.root = template.content.cloneNode(true).firstElementChild;
    const find = selector => this.root.querySelector(selector);
    this.#at = {
      title: find("h2"), about: find(".about"), picture: find(".picture"), difference: find(".difference"), state: find(".state"), frame: find(".frame"),
      counts: find(".counts"), notes: find(".notes"), table: find(".table"), reset: find(".reset"),
      figure: name => find(`[data-figure="${name}"]`),
    };
    this.#at.picture.addEventListener("load", () => this.root.classList.toggle("coarse", this.#at.picture.naturalWidth < coarse));
    this.#timeline = new Timeline(find(".timeline"));
    this.#at.table.addEventListener("toggle", () => this.#showTable());
    if (isReference) {
      this.root.classList.add("reference");
      for (const part of [".choose", ".remove", ".policy"]) find(part).remove();
    } else {
      this.#settings = new Settings(find(".sliders"), find(".more .fields"), () => this.#take(told.changed));
      const choose = find(".choose select");
      choose.replaceChildren(...policies.map(p => element("option", { value: p.id, disabled: p.problem !== null, title: p.problem }, p.id)));
      choose.value = policy.id;
      choose.addEventListener("change", () => {
        this.show(policies.find(p => p.id === choose.value));
        told.changed(this);
      });
      find(".remove").addEventListener("click", () => told.removed(this));
      find(".policy").open = !narrow.matches;
      find(".copy").addEventListener("click", () => told.copied(this));
      this.#at.reset.addEventListener("click", () => {
        this.show(this.policy);
        told.changed(this);
      });
    }
    this.show(policy, overrides);
  }

  /** The name that stands above the picture. */
  get title() {
    return this.#isReference ? "Without a cache" : this.policy.id;
  }

  /** What differs from the server's settings: texts by name. */
  get overrides() {
    return this.#settings?.overrides ?? {};
  }

  /** Every setting with its text. */
  get values() {
    return this.#settings.values;
  }

  /** The overrides as a request has them. */
  get json() {
    return this.#settings?.json ?? {};
  }

  /** What a search varies, or null. */
  get ladder() {
    return this.#settings.ladder;
  }

  /** Shows a policy with overrides. */
  show(policy, overrides = {}) {
    this.policy = policy;
    this.#at.title.textContent = this.title;
    this.#at.about.textContent = this.#isReference ? "Every step is computed in full: what the others are measured against." : aboutOf(policy);
    this.#at.about.title = this.#at.about.textContent;
    this.#settings?.show(policy, overrides);
    this.#outdate();
  }

  /** Sets one setting and shows it. */
  set(name, text) {
    this.#settings.set(name, text);
    this.#outdate();
  }

  /** Says where the card stands: waiting, for instance. */
  tell(text, isProblem = false) {
    this.#at.state.textContent = text;
    this.#at.state.classList.toggle("wrong", isProblem);
    if (isProblem) this.#at.state.setAttribute("role", "alert");
    else this.#at.state.removeAttribute("role");
  }

  /** Draws the picture of an order and measures it against the reference's result; null for the reference itself. */
  async run(order, reference, signal) {
    this.result = null;
    this.root.classList.add("running");
    this.#clearFigures();
    this.#timeline.clear();
    this.tell("Starting …");
    announce(`Drawing: ${this.title}.`);
    let last = null;
    try {
      for await (const { type, data } of generate(bodyOf(order, this.policy.id, this.json), signal)) {
        if (type === "image_generation.completed") last = data;
        else if (data.queue_position) this.tell(`Waiting: place ${data.queue_position} in the queue`);
        else if (type === "cachepolicies.progress") this.#progress(data);
      }
      this.#flush();
      this.result = { base64: last.b64_json, pixels: await decode(last.b64_json), cache: last.cachepolicies };
      this.#finish(order, reference);
    } catch (failure) {
      this.#flush();
      if (signal.aborted) this.tell("Stopped.");
      else this.tell(failure instanceof Problem ? failure.message : "The answer of the server cannot be read.", true);
      throw failure;
    } finally {
      this.root.classList.remove("running");
    }
  }

  #progress(data) {
    this.#waiting ??= { evaluations: [] };
    this.#waiting.evaluations.push(...data.evaluations);
    [this.#waiting.total, this.#waiting.completed, this.#waiting.preview] = [data.total, data.completed, data.b64_json ?? this.#waiting.preview];
    this.#frame ||= requestAnimationFrame(() => this.#flush());
  }

  /** Shows what came since the last frame of the screen: previews may come faster than it draws. */
  #flush() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (!this.#waiting) return;
    const { evaluations, total, completed, preview } = this.#waiting;
    this.#waiting = null;
    this.#timeline.add(evaluations, total);
    if (preview) this.#showPicture(preview);
    this.tell("");
    this.#at.counts.textContent = `step ${completed} of ${total}`;
  }

  #finish(order, reference) {
    const { base64, pixels, cache } = this.result;
    this.#showPicture(base64);
    this.#at.picture.alt = `${order.prompt} (${this.title})`;
    this.tell("");
    this.result.speed = reference ? reference.cache.seconds / cache.seconds : 1;
    this.result.psnr = reference ? psnr(pixels, reference.pixels) : Infinity;
    this.#at.figure("speed").textContent = times(this.result.speed);
    this.#at.figure("psnr").textContent = reference ? decibels(this.result.psnr) : "reference";
    this.#at.figure("time").textContent = seconds(cache.seconds);
    const { full, part, skipped } = this.#timeline.counts();
    const estimate = reference && cache.estimated_speedup ? ` What was skipped allows ${times(cache.estimated_speedup)}.` : "";
    this.#at.counts.textContent = `${full} steps in full, ${part} in part, ${skipped} skipped.${estimate}`;
    this.#at.notes.querySelector("summary").textContent = cache.notes.length === 1 ? "1 note" : `${cache.notes.length} notes`;
    this.#at.notes.querySelector("ul").replaceChildren(...cache.notes.map(n => element("li", {}, n)));
    this.#at.notes.hidden = cache.notes.length === 0;
    const hasDifference = reference && drawDifference(this.#at.difference, pixels, reference.pixels);
    this.#at.difference.hidden = !hasDifference;
    this.#at.difference.setAttribute("role", "img");
    this.#at.difference.setAttribute("aria-label", `Difference from the uncached picture, ${decibels(this.result.psnr)}`);
    this.#showTable();
    announce(reference ? `${this.title}: ${times(this.result.speed)} as fast, ${decibels(this.result.psnr)}.` : `${this.title}: ${seconds(cache.seconds)}.`);
  }

  #showPicture(base64) {
    this.#at.picture.src = addressOf(base64);
    this.#at.picture.hidden = false;
  }

  #showTable() {
    const place = this.#at.table.querySelector(".scroll");
    if (this.#at.table.open) place.replaceChildren(this.#timeline.table());
  }

  #take(changed) {
    this.#outdate();
    changed(this);
  }

  #outdate() {
    this.result = null;
    this.#clearFigures();
    this.#at.reset.hidden = Object.keys(this.overrides).length === 0;
  }

  #clearFigures() {
    for (const name of ["speed", "psnr", "time"]) this.#at.figure(name).textContent = "–";
    this.#at.difference.hidden = true;
  }
}

/** How many times as fast. */
export function times(ratio) {
  return `${ratio < 10 ? ratio.toFixed(1) : ratio.toFixed(0)}×`;
}

function seconds(value) {
  return value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(1)} s`;
}

function aboutOf(policy) {
  return policy.problem ?? `${policy.title}. Looks at ${policy.looks_at}; skips ${policy.skips}.`;
}
