// One phone: its screen, its keys, what it sends and what it is sent.

import { bubble } from "./bubble.js";
import * as door from "./door.js";
import { make } from "./paper.js";
import { openList, openPlaces, walk } from "./sheet.js";

const CHANNELS = { whatsapp: "WhatsApp", sms: "SMS" };
const EMPTY = {
  whatsapp: "Nothing here yet. Say hello, or choose one of these.",
  sms: "No messages. Write one, or choose:",
};
const KEYS = ["1", "2 abc", "3 def", "4 ghi", "5 jkl", "6 mno", "7 pqrs", "8 tuv", "9 wxyz", "*", "0", "#"];

const readable = (number) => number.replace(/^(\+91)(\d{5})(\d{5})$/, "$1 $2 $3");

export function makePhone(phone) {
  const element = document.getElementById(phone.channel).content.firstElementChild.cloneNode(true);
  const part = (selector) => element.querySelector(selector);
  const [log, alert, text, openers] = [".log", ".alert", "textarea", ".openers"].map(part);
  const screen = part(".screen");
  let waiting = 0;

  element.id = `phone-${phone.id}`;
  element.dataset.phone = phone.id;
  element.setAttribute("aria-label", `${phone.name}, ${phone.role}, on ${CHANNELS[phone.channel]}`);
  log.setAttribute("aria-label", `Messages of ${phone.name}`);
  text.setAttribute("aria-label", `Message from ${phone.name}`);
  part(".face").textContent = phone.name.startsWith("…") ? phone.name.at(-1) : phone.name[0];
  part("h2").textContent = `${phone.name} · ${phone.role}`;
  part(".who p").textContent = `${CHANNELS[phone.channel]} · ${readable(phone.number)}`;
  log.append(make("p", "empty", EMPTY[phone.channel]));
  for (const words of phone.openers) {
    const button = make("button", "", words);
    button.type = "button";
    button.addEventListener("click", () => send({ text: words }));
    openers.append(button);
  }

  async function busy(work) {
    alert.textContent = "";
    waiting += 1;
    presence();
    try {
      await work();
      return true;
    } catch (trouble) {
      alert.textContent = `Not sent: ${trouble.message}`;
      return false;
    } finally {
      waiting -= 1;
      presence();
    }
  }

  function presence() {
    const idle = phone.channel === "whatsapp" ? "online" : "";
    const active = phone.channel === "whatsapp" ? "typing…" : "sending…";
    part(".presence").textContent = waiting ? active : idle;
  }

  const send = (written) => busy(() => door.send(phone.id, written));

  async function sendText() {
    const words = text.value.trim();
    if (!words) return;
    text.value = "";
    typed();
    if (!(await send({ text: words })) && !text.value) {
      text.value = words;
      typed();
    }
  }

  function typed() {
    if (phone.channel !== "whatsapp") return;
    const empty = !text.value.trim();
    part(".voice").hidden = !empty;
    part(".send").hidden = empty;
  }

  const hands = {
    again: (letter) => busy(() => door.again(phone.id, letter.sid)),
    tap: (letter, row) => send({ tap: { payload: row.payload, of: letter.sid } }),
    open: (letter, from) => openList(screen, letter, from, (row) => hands.tap(letter, row)),
  };

  part(".composer").addEventListener("submit", (event) => {
    event.preventDefault();
    sendText();
  });
  text.addEventListener("input", typed);
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    sendText();
  });

  if (phone.channel === "whatsapp") {
    const files = part("input[type=file]");
    part(".attach").addEventListener("click", () => files.click());
    files.addEventListener("change", async () => {
      const chosen = [...files.files];
      const caption = text.value.trim();
      files.value = "";
      text.value = "";
      typed();
      for (const [n, file] of chosen.entries()) await busy(() => door.photo(phone.id, file, n ? "" : caption));
    });
    part(".place").addEventListener("click", (event) =>
      openPlaces(screen, event.currentTarget, (location) => send({ location })),
    );
    part(".voice").addEventListener("click", () => send({ voice: true }));
  } else {
    part(".clear").addEventListener("click", () => {
      text.value = "";
      text.focus();
    });
    dressKeypad(part(".keypad"), text);
  }

  new ResizeObserver(() => (log.scrollTop = log.scrollHeight)).observe(log);

  // A new message is added, a changed one is replaced where it stands.
  function show(letter) {
    const fresh = bubble(phone, letter, hands);
    const old = log.querySelector(`[data-sid="${letter.sid}"]`);
    log.querySelector(".empty")?.remove();
    openers.hidden = true;
    if (old) old.replaceWith(fresh);
    else log.append(fresh);
    if (!old) log.scrollTop = log.scrollHeight;
    fresh.querySelector("img")?.addEventListener("load", () => (log.scrollTop = log.scrollHeight));
    return !old && letter.direction === "from_bot";
  }

  return { element, show };
}

// One stop for Tab, the arrow keys walk inside.
function dressKeypad(pad, text) {
  for (const key of KEYS) {
    const [digit, letters] = key.split(" ");
    const button = make("button", "", digit);
    button.type = "button";
    button.tabIndex = digit === "1" ? 0 : -1;
    button.setAttribute("aria-label", digit);
    if (letters) button.append(make("small", "", letters));
    button.addEventListener("click", () => {
      text.setRangeText(digit, text.selectionStart, text.selectionEnd, "end");
    });
    pad.append(button);
  }
  pad.addEventListener("keydown", (event) => {
    const keys = [...pad.children];
    const reached = walk(event, keys, 3);
    if (reached) for (const key of keys) key.tabIndex = key === reached ? 0 : -1;
  });
}
