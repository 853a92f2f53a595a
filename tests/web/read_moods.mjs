// Reads rows of 52 weights from standard input; writes what a model file would show of each.
import { NAMES } from "../../tth/web/js/face/arkit.js";
import { moodsOf } from "../../tth/web/js/face/model/moods.js";
import { visemesOf, vowelsOf } from "../../tth/web/js/face/model/speech.js";

let text = "";
for await (const part of process.stdin) text += part;
const shown = JSON.parse(text).map((row) => {
  const shapes = Object.fromEntries(NAMES.map((name, i) => [name, row[i]]));
  return { moods: moodsOf(shapes), vowels: vowelsOf(visemesOf(shapes)) };
});
console.log(JSON.stringify(shown));
