// A sheet that slides up over one phone's chat and gives the chat back when it goes.

import { icon, make } from "./paper.js";

const PLACES = [
  ["Moga", "Punjab", 30.8158, 75.1717],
  ["Ludhiana", "Punjab", 30.901, 75.8573],
  ["Karnal", "Haryana", 29.6857, 76.9905],
  ["Nashik", "Maharashtra", 19.9975, 73.7898],
  ["Mandya", "Karnataka", 12.5242, 76.8958],
  ["Raichur", "Karnataka", 16.2076, 77.3463],
  ["Warangal", "Telangana", 17.9689, 79.5941],
  ["Thanjavur", "Tamil Nadu", 10.787, 79.1378],
];

export function openList(screen, letter, from, choose) {
  const rows = letter.rows.map((row) => [row.title, row.description, () => choose(row)]);
  return raise(screen, letter.rows_title, rows, from);
}

export function openPlaces(screen, from, choose) {
  const rows = PLACES.map(([name, state, lat, lon]) => [
    name,
    `${state} · ${lat.toFixed(4)}, ${lon.toFixed(4)}`,
    () => choose({ name: `${name}, ${state}`, lat, lon }),
  ]);
  const sheet = raise(screen, "Share a location", rows, from);
  const exact = make("form", "", number("Latitude", 90), number("Longitude", 180), make("button", "", "Send pin"));
  exact.addEventListener("submit", (event) => {
    event.preventDefault();
    const [lat, lon] = [...exact.querySelectorAll("input")].map((field) => field.valueAsNumber);
    sheet.lower();
    choose({ lat, lon });
  });
  sheet.element.append(exact);
}

function number(name, most) {
  const field = make("input");
  Object.assign(field, { type: "number", step: "any", min: -most, max: most, required: true });
  return make("label", "", name, field);
}

function raise(screen, title, rows, from) {
  const shade = make("div", "shade");
  const close = make("button", "close", icon("close"));
  close.type = "button";
  close.setAttribute("aria-label", "Close");
  const list = make("ul");
  const element = make("div", "sheet", make("header", "", make("h3", "", title), close), list);
  element.setAttribute("role", "dialog");
  element.setAttribute("aria-modal", "true");
  element.setAttribute("aria-label", title);

  const behind = [...screen.children];
  const lower = () => {
    shade.remove();
    element.remove();
    for (const part of behind) part.inert = false;
    if (from.isConnected) from.focus();
  };
  for (const [name, detail, chosen] of rows) {
    const button = make("button", "row", make("strong", "", name));
    if (detail) button.append(make("small", "", detail));
    button.type = "button";
    button.addEventListener("click", () => {
      lower();
      chosen();
    });
    list.append(make("li", "", button));
  }
  shade.addEventListener("click", lower);
  close.addEventListener("click", lower);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") lower();
    else walk(event, [...list.querySelectorAll("button")]);
  });
  for (const part of behind) part.inert = true;
  screen.append(shade, element);
  list.querySelector("button").focus({ preventScroll: true });
  return { element, lower };
}

const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

// Arrow keys, Home and End walk through a column, a row or a grid of `width`.
export function walk(event, buttons, width = 1) {
  const at = buttons.indexOf(event.target);
  if (at < 0) return undefined;
  const step = (STEPS[event.key] ?? 0) * (event.key === "ArrowDown" || event.key === "ArrowUp" ? width : 1);
  const to = event.key === "Home" ? 0 : event.key === "End" ? buttons.length - 1 : step ? at + step : -1;
  if (!buttons[to]) return undefined;
  event.preventDefault();
  buttons[to].focus();
  return buttons[to];
}
