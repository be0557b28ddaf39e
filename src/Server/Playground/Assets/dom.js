// Elements without markup: whatever comes from elsewhere is text.

const svgNamespace = "http://www.w3.org/2000/svg";

/** Makes an element with attributes and children; a child that is not a node becomes text. */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** Makes an element of a drawing. */
export function shape(name, attributes = {}, ...children) {
  return fill(document.createElementNS(svgNamespace, name), attributes, children);
}

/** A symbol such as τ1 or Dp2 with its digits below the line. */
export function symbol(text) {
  const [, letters, digits] = /^(.*?)(\d*)$/s.exec(text);
  return element("var", { class: letters.length > 3 ? "word" : null }, letters, ...(digits ? [element("sub", {}, digits)] : []));
}

/** Says something to screen readers. */
export function announce(text) {
  document.getElementById("status").textContent = text;
}

/** Shows a problem above the pictures; null hides it. */
export function tellProblem(text) {
  const place = document.getElementById("problem");
  place.hidden = !text;
  place.textContent = text ?? "";
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}
