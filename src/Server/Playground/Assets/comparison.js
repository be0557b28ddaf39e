// The cards side by side: draws them one after another, so that their times can be compared.
import { Problem } from "./api.js";
import { Card, times } from "./card.js";
import { element, tellProblem } from "./dom.js";
import { decibels } from "./pixels.js";
import { search } from "./search.js";
import { titleOf } from "./settings.js";

/** The most policies side by side. */
export const mostPolicies = 3;

const quick = 10; // Seconds: where the uncached picture took longer, a moved slider waits for Draw.

/** The uncached picture and up to three policies. */
export class Comparison {
  #place;
  #policies;
  #told;
  #reference;
  #cards = [];
  #order = null;
  #pending = new Set();
  #running = null;
  #loop = null;

  /** Shows the cards in a place; told.changed() whenever what is on the screen changed, told.running(yes) when work begins and ends, told.copied(card), told.denied() where a key is missing. */
  constructor(place, policies, told) {
    [this.#place, this.#policies, this.#told] = [place, policies, told];
    const none = policies.find(p => p.kind === "None");
    this.#reference = new Card({ isReference: true, policies, policy: none });
    place.replaceChildren(this.#reference.root);
  }

  /** The policies as a link has them. */
  get policies() {
    return this.#cards.map(c => ({ id: c.policy.id, overrides: c.overrides }));
  }

  /** What was drawn last, or null. */
  get order() {
    return this.#order;
  }

  /** Whether another policy fits. */
  get hasRoom() {
    return this.#cards.length < mostPolicies;
  }

  /** Replaces the policies; names that the server lacks are left out. */
  showPolicies(policies) {
    this.stop();
    for (const card of this.#cards.splice(0)) card.root.remove();
    for (const { id, overrides } of policies) this.#append(this.#policies.find(p => p.id.toLowerCase() === id.toLowerCase()), overrides);
    this.#told.changed();
  }

  /** Replaces what the server tells of the policies, for another model for instance; the cards stay as they are. */
  usePolicies(policies) {
    this.#policies = policies;
    this.#reference.show(policies.find(p => p.kind === "None"));
    this.#order = null;
    this.showPolicies(this.policies);
  }

  /** Adds a policy that is not there yet and can run, and draws it where the others are drawn. */
  add() {
    const usable = this.#policies.filter(p => p.problem === null && p.kind !== "None");
    const card = this.#append(usable.find(p => this.#cards.every(c => c.policy.id !== p.id)) ?? usable[0]);
    this.#changed(card);
    return card;
  }

  /** Draws an order: everything where it is new, else what is not drawn yet, and everything again where all is. */
  draw(order) {
    tellProblem(null);
    const isNew = JSON.stringify(order) !== JSON.stringify(this.#order);
    const all = [this.#reference, ...this.#cards];
    if (isNew) this.stop();
    const due = isNew || all.every(c => c.result) ? all : all.filter(c => !c.result);
    this.#order = order;
    if (due.includes(this.#reference)) for (const card of all) card.result = null;
    this.#enqueue(due.includes(this.#reference) ? all : due);
    this.#told.changed();
  }

  /** Stops whatever runs and waits. */
  stop() {
    for (const card of this.#pending) card.tell("");
    this.#pending.clear();
    this.#running?.abort.abort();
  }

  #append(policy, overrides = {}) {
    if (!policy) return null;
    const card = new Card({
      isReference: false,
      policies: this.#policies.filter(p => p.kind !== "None"),
      policy,
      overrides,
      told: {
        changed: c => this.#changed(c),
        removed: c => this.#remove(c),
        copied: c => this.#told.copied(c),
      },
    });
    this.#cards.push(card);
    this.#place.append(card.root);
    card.root.querySelector(".find form").addEventListener("submit", event => {
      event.preventDefault();
      this.#find(card, event.currentTarget);
    });
    return card;
  }

  #remove(card) {
    this.#pending.delete(card);
    if (this.#running?.card === card) this.#running.abort.abort();
    const index = this.#cards.indexOf(card);
    this.#cards.splice(index, 1);
    card.root.remove();
    const next = this.#cards[Math.min(index, this.#cards.length - 1)];
    (next?.root.querySelector(".remove") ?? document.getElementById("add")).focus();
    this.#told.changed();
  }

  #changed(card) {
    this.#told.changed();
    if (!this.#order) return;
    if (this.#reference.result?.cache.seconds > quick) card.tell("Settings changed. Press Draw.");
    else this.#enqueue(this.#reference.result ? [card] : [this.#reference, card]);
  }

  #enqueue(cards) {
    for (const card of cards) {
      if (this.#running?.card === card) this.#running.abort.abort();
      this.#pending.add(card);
      card.tell("Waiting for its turn");
    }
    this.#loop ??= this.#work().finally(() => {
      this.#loop = null;
      this.#told.running(false);
    });
  }

  async #work() {
    this.#told.running(true);
    for (let card = this.#next(); card; card = this.#next()) {
      try {
        await this.#run(card, this.#order);
      } catch (failure) {
        this.#giveUp(card, failure);
      }
    }
  }

  /** The next card in the order of the screen: the reference comes first. */
  #next() {
    const card = [this.#reference, ...this.#cards].find(c => this.#pending.has(c));
    if (card) this.#pending.delete(card);
    return card;
  }

  async #run(card, order) {
    const abort = new AbortController();
    this.#running = { card, abort };
    try {
      await card.run(order, card === this.#reference ? null : this.#reference.result, abort.signal);
    } finally {
      this.#running = null;
    }
  }

  /** What the others can do without is theirs alone; without the uncached picture or the server nothing can be compared. */
  #giveUp(card, failure) {
    if (failure.name === "AbortError") return;
    if (failure.status === 401) this.#told.denied();
    const isEnd = card === this.#reference || (failure instanceof Problem && (failure.status === 0 || failure.status === 401));
    if (!isEnd) return;
    tellProblem(failure instanceof Problem ? failure.message : "The answer of the server cannot be read.");
    for (const waiting of this.#pending) waiting.tell("");
    this.#pending.clear();
  }

  async #find(card, form) {
    const found = form.parentElement.querySelector(".found");
    const halt = form.querySelector(".halt");
    const ladder = card.ladder;
    if (!ladder) {
      found.textContent = "This policy has no threshold to search; its settings can be changed by hand.";
      return;
    }
    if (!this.#order) this.#told.asked();
    if (!this.#order) return;
    let stopped = false;
    halt.onclick = () => {
      stopped = true;
      if (this.#running?.card === card) this.stop();
    };
    halt.hidden = false;
    const controls = card.root.querySelectorAll(".choose, .sliders, .more");
    for (const part of controls) part.inert = true;
    const [unit, goal] = [form.unit.value, Number(form.goal.value)];
    const before = card.values.find(v => v.setting.name === ladder.setting.name).text;
    try {
      const measure = async value => {
        if (stopped) throw new DOMException("Stopped", "AbortError");
        card.set(ladder.setting.name, value);
        return await this.#measure(card);
      };
      const { best, nearest, measured } = await search(ladder.values, unit, goal, measure, all => found.replaceChildren(tableOf(ladder.setting, all)));
      const chosen = best ?? nearest;
      found.replaceChildren(element("p", {}, sentenceOf(ladder.setting, unit, goal, best, nearest, measured.length)), tableOf(ladder.setting, measured));
      if (chosen.value !== card.values.find(v => v.setting.name === ladder.setting.name).text) {
        card.set(ladder.setting.name, chosen.value);
        await this.#measure(card);
      }
    } catch (failure) {
      card.set(ladder.setting.name, before);
      found.prepend(element("p", {}, stopped || failure.name === "AbortError" ? "Stopped; the setting is as it was." : failure.message));
    } finally {
      halt.hidden = true;
      for (const part of controls) part.inert = false;
      this.#told.changed();
    }
  }

  /** Draws a card, the uncached picture before it where there is none, and says what was measured. */
  async #measure(card) {
    this.#enqueue(this.#reference.result ? [card] : [this.#reference, card]);
    await this.#loop;
    if (!card.result) throw new DOMException("Stopped", "AbortError");
    return { psnr: card.result.psnr, speed: card.result.speed };
  }
}

function sentenceOf(setting, unit, goal, best, nearest, count) {
  const wanted = unit === "quality" ? `${goal} dB` : times(goal);
  const figures = m => `${decibels(m.psnr)} at ${times(m.speed)}`;
  const pictures = count === 1 ? "1 picture" : `${count} pictures`;
  const measured = `Measured on ${pictures} of this prompt and seed; others will differ.`;
  return best
    ? `${titleOf(setting)} ${best.value}: ${figures(best)}. ${measured}`
    : `None of the values tried reaches ${wanted}. Nearest: ${nearest.value} with ${figures(nearest)}. ${measured}`;
}

function tableOf(setting, measured) {
  const rows = measured.map(m => element("tr", {}, element("th", { scope: "row" }, m.value), element("td", { class: "number" }, decibels(m.psnr)), element("td", { class: "number" }, times(m.speed))));
  return element("table", {},
    element("thead", {}, element("tr", {}, ...[setting.symbol ?? setting.name, "PSNR", "speed-up"].map(h => element("th", { scope: "col" }, h)))),
    element("tbody", {}, ...rows));
}
