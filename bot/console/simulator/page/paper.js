// Small pieces of paper: elements made from text alone, never from markup.

export function make(tag, className = "", ...inside) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...inside);
  return element;
}

export function icon(name, className = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  if (className) svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#${name}`);
  svg.append(use);
  return svg;
}

export function drawing(viewBox, className, shapes) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", viewBox);
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of shapes) {
    const shape = document.createElementNS(namespace, tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    svg.append(shape);
  }
  return svg;
}

// A mark counts only at the edge of a word: 2*3*4 and a_b_c stay as they are.
const EDGED = ["\\*", "_", "~"].map((m) => `(?<![\\p{L}\\p{N}])${m}(?!\\s)[^${m}\\n]+(?<!\\s)${m}(?![\\p{L}\\p{N}])`);
const MARKS = new RegExp(`(${EDGED.join("|")}|\`\`\`[^\`]+\`\`\`|https?://[^\\s<>"]+)`, "u");
const STYLES = { "*": "strong", _: "em", "~": "s" };

// WhatsApp's own marks: *bold*, _italic_, ~struck~, ```code```, and addresses.
export function styled(text) {
  const paragraph = make("p", "text");
  for (const piece of text.split(MARKS)) {
    if (/^https?:\/\//.test(piece)) paragraph.append(link(piece));
    else if (piece.startsWith("```") && piece.length > 6) paragraph.append(make("code", "", piece.slice(3, -3)));
    else if (STYLES[piece[0]] && piece.length > 2 && piece.endsWith(piece[0]))
      paragraph.append(make(STYLES[piece[0]], "", piece.slice(1, -1)));
    else paragraph.append(piece);
  }
  return paragraph;
}

export function link(address, text = address) {
  const anchor = make("a", "", text);
  anchor.href = address;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  return anchor;
}
