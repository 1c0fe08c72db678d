// The only ways from this page to the server.

const base = "simulator";

async function ask(path, options = {}) {
  const answer = await fetch(base + path, options);
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(words(told.detail) || `The server answered ${answer.status}.`);
  return told;
}

const words = (detail) => (Array.isArray(detail) ? detail.map((d) => d.msg).join("; ") : detail);

const json = (body) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

export const news = (epoch, after) => ask(`/events?epoch=${epoch}&after=${after}`);
export const newPhone = (channel) => ask("/phones", json({ channel }));
export const send = (phone, written) => ask(`/phones/${phone}/send`, json(written));
export const again = (phone, sid) => ask(`/phones/${phone}/again/${sid}`, { method: "POST" });
export const photo = (phone, file, caption) =>
  ask(`/phones/${phone}/photo?caption=${encodeURIComponent(caption)}`, {
    method: "POST",
    headers: { "Content-Type": file.type || "application/octet-stream" },
    body: file,
  });
export const mediaAddress = (sid) => `${base}/media/${sid}`;
