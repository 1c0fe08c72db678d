// The desk: it listens for news and hands every message to its phone.

import * as door from "./door.js";
import { makePhone } from "./phone.js";
import { make } from "./paper.js";
import { walk } from "./sheet.js";

const desk = document.getElementById("desk");
const tabs = document.getElementById("tabs");
const pulse = document.getElementById("pulse");
const menu = document.getElementById("new-phone");

let phones = new Map();
let epoch = "";
let after = 0;

function put(phone) {
  const made = makePhone(phone);
  const tab = make("button", "", phone.name);
  tab.type = "button";
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", made.element.id);
  tab.addEventListener("click", () => made.element.scrollIntoView({ inline: "start", block: "nearest" }));
  tabs.append(tab);
  desk.append(made.element);
  phones.set(phone.id, { ...made, tab });
  inSight.observe(made.element);
}

const inSight = new IntersectionObserver(
  (seen) => {
    for (const { target, intersectionRatio } of seen) {
      const { tab } = phones.get(target.dataset.phone) ?? {};
      if (!tab) continue;
      const here = intersectionRatio > 0.6;
      tab.setAttribute("aria-selected", String(here));
      tab.tabIndex = here ? 0 : -1;
      if (here) {
        delete tab.dataset.unread;
        tab.scrollIntoView({ inline: "nearest", block: "nearest" });
      }
    }
  },
  { root: desk, threshold: [0.3, 0.6, 0.9] },
);

tabs.addEventListener("keydown", (event) => walk(event, [...tabs.children])?.click());

function take(news) {
  if (news.epoch !== epoch) {
    inSight.disconnect();
    phones = new Map();
    desk.replaceChildren();
    tabs.replaceChildren();
    epoch = news.epoch;
  }
  for (const phone of news.phones) if (!phones.has(phone.id)) put(phone);
  for (const letter of news.letters) {
    const { show, tab } = phones.get(letter.phone);
    if (show(letter) && tab.getAttribute("aria-selected") !== "true") tab.dataset.unread = "";
  }
  after = news.revision;
}

function tell(state, words) {
  pulse.dataset.state = state;
  pulse.firstElementChild.textContent = words;
}

async function listen() {
  for (;;) {
    try {
      take(await door.news(epoch, after));
      tell("open", "listening");
    } catch {
      tell("away", "the server is away, trying again");
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

menu.addEventListener("click", async (event) => {
  const { channel } = event.target.dataset;
  if (!channel) return;
  menu.open = false;
  try {
    const phone = await door.newPhone(channel);
    if (!phones.has(phone.id)) put(phone);
    const { element } = phones.get(phone.id);
    element.scrollIntoView({ inline: "start", block: "nearest" });
    element.querySelector("textarea").focus({ preventScroll: true });
  } catch (trouble) {
    tell("away", trouble.message);
  }
});
menu.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  if (!menu.contains(event.target)) menu.open = false;
});

listen();
