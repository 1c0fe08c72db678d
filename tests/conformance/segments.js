// How many SMS each of these texts is: JSON array of texts in, JSON array of counts out.
const { SegmentedMessage } = require("sms-segments-calculator");

const texts = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(texts.map((text) => new SegmentedMessage(text).segmentsCount)));
