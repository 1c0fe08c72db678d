// One message, as its phone shows it.

import * as door from "./door.js";
import { drawing, icon, link, make, styled } from "./paper.js";

const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", hour12: false });
const TICKS = {
  sending: ["wait", "sending"],
  delivered: ["ticks", "delivered"],
  read: ["ticks", "read"],
};

export function bubble(phone, letter, hands) {
  const mine = letter.direction === "to_bot";
  const paper = make("div", "paper");
  const outer = make("article", mine ? "bubble mine" : "bubble", paper);
  outer.dataset.sid = letter.sid;
  outer.dataset.status = letter.status;
  paper.append(make("span", "unseen", mine ? `${phone.name}: ` : "Mandi Mitra: "));
  for (const media of letter.media) paper.append(attached(media));
  if (letter.location) paper.append(map(), pinned(letter));
  if (letter.text) paper.append(phone.channel === "whatsapp" ? styled(letter.text) : make("p", "text", letter.text));
  if (letter.error) paper.append(make("p", "trouble", letter.error));
  const foot = make("div", "foot");
  (phone.channel === "whatsapp" ? paper : outer).append(foot);
  fillFoot(foot, phone, letter, mine);
  if (mine && letter.status === "failed") outer.append(tryAgain(letter, hands));
  if (letter.buttons.length || letter.rows.length) outer.append(choices(letter, hands));
  return outer;
}

function fillFoot(foot, phone, letter, mine) {
  const time = make("time", "", clock.format(new Date(letter.at)));
  time.dateTime = letter.at;
  if (letter.segments) {
    const { count, encoding, units } = letter.segments;
    const cost = make("span", "cost", `${count} SMS · ${encoding} · ${units} ${units === 1 ? "unit" : "units"}`);
    foot.append(time, " · ", cost);
  } else foot.append(time);
  if (!mine || !TICKS[letter.status]) return;
  const [shape, said] = TICKS[letter.status];
  foot.append(icon(shape, said), make("span", "unseen", said));
}

function attached(media) {
  const address = media.sid ? door.mediaAddress(media.sid) : media.url;
  const here = media.sid || media.url.startsWith(location.origin + "/");
  if (media.content_type.startsWith("audio/")) return voiceNote();
  if (here && address.endsWith(".ogg")) return spoken(address);
  if (here && media.content_type !== "application/pdf") {
    const image = make("img", "photo");
    image.src = address;
    image.alt = media.sid ? "The photo that was sent" : "A picture from Mandi Mitra";
    return image;
  }
  return make("div", "document", icon("page"), link(address, media.sid ? "Document" : media.url));
}

function voiceNote() {
  const heights = [4, 9, 15, 8, 18, 22, 12, 6, 14, 20, 10, 5, 12, 18, 8, 15, 6, 10, 4];
  const bars = heights.map((h, i) => ["path", { d: `M${4 + i * 8} ${13 - h / 2}v${h}` }]);
  return make("div", "note", icon("mic", "mic"), drawing("0 0 152 26", "wave", bars), make("span", "", "0:02"), make("span", "unseen", "voice note"));
}

function spoken(address) {
  const player = make("audio", "spoken");
  player.src = address;
  player.controls = true;
  player.preload = "none";
  return player;
}

function map() {
  return drawing("0 0 230 112", "map", [
    ["rect", { class: "land", width: 230, height: 112 }],
    ["path", { class: "plot", d: "M-10 8 70-6l26 44-88 26ZM120-8h72l30 40-76 18ZM14 78l84-24 34 64H20ZM158 64l82-22v76h-62Z" }],
    ["path", { class: "river", d: "M-6 66C40 58 70 50 108 48s84-4 130-32" }],
    ["path", { class: "road", d: "M96-6c8 40 20 70 52 124" }],
    ["path", { class: "mark", d: "M115 70s15-15 15-27a15 15 0 0 0-30 0c0 12 15 27 15 27Z" }],
    ["circle", { fill: "#fff", stroke: "none", cx: 115, cy: 43, r: 5 }],
  ]);
}

function pinned(letter) {
  const [lat, lon] = letter.location;
  const words = make("p", "text", letter.place || "Location");
  return make("div", "pinned", words, make("span", "coords", `${lat.toFixed(4)}, ${lon.toFixed(4)}`));
}

function tryAgain(letter, hands) {
  const button = make("button", "again", icon("again"), "Deliver again");
  button.type = "button";
  button.addEventListener("click", () => hands.again(letter));
  return button;
}

function choices(letter, hands) {
  const group = make("div", "choices");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Choices");
  for (const row of letter.buttons) {
    const button = make("button", "choice", icon("reply"), row.title);
    button.type = "button";
    button.addEventListener("click", () => hands.tap(letter, row));
    group.append(button);
  }
  if (letter.rows.length) {
    const opener = make("button", "open-list", icon("list"), letter.rows_title);
    opener.type = "button";
    opener.setAttribute("aria-haspopup", "dialog");
    opener.addEventListener("click", () => hands.open(letter, opener));
    group.append(opener);
  }
  return group;
}
