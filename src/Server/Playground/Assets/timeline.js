// What each step computed, growing while it runs, with the measured distances against the thresholds.
import { element, shape } from "./dom.js";

const width = 320;
const plot = 62;
const strip = 14;
const gap = 5;
const most = 2; // The plot ends at twice the threshold.
const extents = { full: "in full", part: "in part", skipped: "skipped" };

/** A timeline in a place of the page. */
export class Timeline {
  #place;
  #evaluations = [];
  #total = 0;
  #drawing = null;
  #boundaries = [];

  constructor(place) {
    this.#place = place;
  }

  /** The steps so far. */
  get evaluations() {
    return this.#evaluations;
  }

  /** Begins again. */
  clear() {
    this.#evaluations = [];
    this.#boundaries = [];
    this.#total = 0;
    this.#drawing = null;
    this.#place.replaceChildren();
  }

  /** Adds steps; total is how many there will be. */
  add(evaluations, total) {
    if (total !== this.#total || !this.#drawing || evaluations.some(e => this.#isNewKind(e))) {
      this.#total = total;
      this.#evaluations.push(...evaluations);
      this.#redraw();
      return;
    }
    this.#evaluations.push(...evaluations);
    for (const evaluation of evaluations) this.#draw(evaluation);
    this.#describe();
  }

  /** How many steps were computed to which extent. */
  counts() {
    const counts = { full: 0, part: 0, skipped: 0 };
    for (const { computed } of this.#evaluations) counts[computed]++;
    return counts;
  }

  /** Every step as a table. */
  table() {
    const rows = this.#evaluations.flatMap(({ step, computed, checks }) => (checks.length ? checks : [null]).map((check, index) => element("tr", {},
      element("th", { scope: "row" }, index === 0 ? String(step + 1) : ""),
      element("td", {}, index === 0 ? extents[computed] : ""),
      element("td", {}, check?.boundary ?? ""),
      element("td", { class: "number" }, number(check?.distance)),
      element("td", { class: "number" }, number(check?.accumulated)),
      element("td", { class: "number" }, number(check?.threshold)),
      element("td", {}, check ? (check.action === "skip" ? `skip to ${check.to}` : "compute") + (check.reason ? ` (${check.reason})` : "") : ""))));
    const heads = ["step", "computed", "looked at", "distance", "accumulated", "threshold", "decision"].map(h => element("th", { scope: "col" }, h));
    return element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows));
  }

  #isNewKind({ checks }) {
    return checks.some(c => ratioOf(c) !== null && !this.#boundaries.includes(c.boundary));
  }

  #redraw() {
    this.#boundaries = [...new Set(this.#evaluations.flatMap(e => e.checks).filter(c => ratioOf(c) !== null).map(c => c.boundary))];
    const top = this.#boundaries.length > 0 ? plot + gap : 0;
    this.#drawing = shape("svg", { viewBox: `0 0 ${width} ${top + strip}`, role: "img" });
    if (top > 0) {
      this.#drawing.append(
        shape("line", { class: "axis", x1: 0, x2: width, y1: plot, y2: plot }),
        shape("line", { class: "threshold", x1: 0, x2: width, y1: plot / most, y2: plot / most }));
    }
    this.#drawing.append(shape("rect", { class: "empty", x: 0, y: top, width, height: strip, rx: 2 }));
    for (const evaluation of this.#evaluations) this.#draw(evaluation);
    this.#place.replaceChildren(this.#drawing, ...(top > 0 ? [this.#legend()] : []));
    this.#describe();
  }

  #draw({ step, computed, checks }) {
    const cell = width / this.#total;
    const top = this.#boundaries.length > 0 ? plot + gap : 0;
    const space = Math.min(1, cell * 0.15);
    this.#drawing.append(shape("rect", { class: computed, x: step * cell, y: top, width: cell - space, height: strip, rx: Math.min(2, cell / 4) },
      shape("title", {}, `step ${step + 1}: ${extents[computed]}`)));
    for (const check of checks) {
      const ratio = ratioOf(check);
      if (ratio !== null) this.#drawing.append(this.#mark(check, (step + 0.5) * cell, plot - Math.min(ratio, most) / most * (plot - 4)));
    }
  }

  #mark(check, x, y) {
    const size = Math.min(3, Math.max(1.6, width / this.#total / 2.4));
    const kind = `mark ${check.action === "skip" ? "hit" : "miss"}`;
    const title = shape("title", {}, `${check.boundary}: ${number(comparedOf(check))} against ${number(check.threshold)}, ${check.action}`);
    return this.#boundaries.indexOf(check.boundary) === 0
      ? shape("circle", { class: kind, cx: x, cy: y, r: size }, title)
      : shape("path", { class: kind, d: `M${x} ${y - size * 1.3}L${x + size * 1.3} ${y}L${x} ${y + size * 1.3}L${x - size * 1.3} ${y}Z` }, title);
  }

  #legend() {
    const names = this.#boundaries.map((b, i) => element("span", {}, element("i", { class: i === 0 ? "dot" : "diamond" }), b));
    return element("p", { class: "marks", "aria-hidden": "true" }, ...names, element("span", {}, element("i", { class: "dash" }), "threshold"));
  }

  #describe() {
    const { full, part, skipped } = this.counts();
    this.#drawing.setAttribute("aria-label", `${this.#evaluations.length} of ${this.#total} steps: ${full} computed in full, ${part} in part, ${skipped} skipped.`);
  }
}

function comparedOf(check) {
  return check.accumulated ?? check.distance;
}

/** What was compared over its threshold, or null where nothing was. A number that JSON lacks is told by its name. */
function ratioOf(check) {
  const compared = Number(comparedOf(check) ?? NaN);
  const threshold = Number(check.threshold ?? NaN);
  if (Number.isNaN(compared) || Number.isNaN(threshold)) return null;
  return threshold > 0 ? compared / threshold : most;
}

function number(value) {
  return value === null || value === undefined ? "" : Number.isFinite(Number(value)) ? Number(Number(value).toPrecision(3)).toString() : String(value);
}
