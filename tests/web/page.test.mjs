import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const WEB = new URL("../../tth/web/", import.meta.url);
const html = readFileSync(new URL("index.html", WEB), "utf8");
const modules = readdirSync(new URL("js/", WEB), { recursive: true })
  .map((name) => `js/${name.replaceAll("\\", "/")}`)
  .filter((name) => name.endsWith(".js"))
  .sort();

test("every module is preloaded, so that none waits for the one that imports it", () => {
  const preloaded = [...html.matchAll(/rel="modulepreload" href="([^"]+)"/g)].map(([, href]) => href);
  // Lips are read in the page only where sound does not pass the server, the microphone comes when it is first used, few
  // show a model file, the sculpted face comes when there is a first one to be seen, and the element is for other pages.
  const later = /^js\/((first|main|embed)\.js|lips\/|microphone\/|direct\/|client\/|face\/(model|sculpted)\/)/;
  const needed = modules.filter((name) => !later.test(name));
  assert.deepEqual(preloaded.toSorted(), needed);
});

test("what the first face needs is asked for first", () => {
  const preloaded = [...html.matchAll(/rel="modulepreload" href="([^"]+)"/g)].map(([, href]) => href);
  const needed = new Set();
  const follow = (name) => {
    for (const [, from] of readFileSync(new URL(name, WEB), "utf8").matchAll(/^(?:import|\} from)[^;]*?"(\.[^"]+)";/gm)) {
      const other = new URL(from, new URL(name, "file:///")).pathname.slice(1);
      if (!needed.has(other)) follow(other, needed.add(other));
    }
  };
  follow("js/first.js");
  assert.deepEqual(preloaded.slice(0, needed.size).toSorted(), [...needed].toSorted());
});

test("nothing on the page is inline or comes from elsewhere", () => {
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\bstyle=|\son\w+=|https?:/i);
  for (const name of modules) {
    const text = readFileSync(new URL(name, WEB), "utf8");
    assert.doesNotMatch(text, /innerHTML|\beval\(|new Function|https?:\/\//, name);
  }
});

test("modules stay small: 400 lines at most, 120 characters a line", () => {
  for (const name of modules) {
    const lines = readFileSync(new URL(name, WEB), "utf8").split("\n");
    assert.ok(lines.length <= 400, name);
    lines.forEach((line, i) => assert.ok(line.length <= 120, `${name}:${i + 1}`));
  }
});
