import assert from "node:assert/strict";
import { test } from "node:test";

import { Caption } from "../../tth/web/js/media/caption.js";

const word = (start, text_start, text_end) => ({ kind: "word", start, text_start, text_end });

test("words appear with their marks, punctuation with its word", () => {
  const caption = new Caption();
  caption.addText("a", "“Hello,” ");
  caption.addText("a", "you there.");
  caption.addMarks("a", [word(100, 1, 6), word(200, 9, 12), word(300, 13, 18)]);
  caption.voiced();
  assert.equal(caption.textAt(99), "");
  assert.equal(caption.textAt(100), "“Hello,”");
  assert.equal(caption.textAt(250), "“Hello,” you");
  assert.equal(caption.textAt(300), "“Hello,” you there.");
});

test("an item without marks shows its words at the pace of speech, once there is sound", () => {
  const caption = new Caption();
  caption.addText("a", "Hello there, how are you?");
  assert.equal(caption.textAt(0), "");
  caption.voiced();
  assert.equal(caption.textAt(0), "Hello");
  assert.equal(caption.textAt(7 * 1600), "Hello there,");
  assert.equal(caption.textAt(24_000), "Hello there, how");
  assert.equal(caption.textAt(99 * 1600), "Hello there, how are you?");
});

test("the next item without marks begins where the one before is thought to end", () => {
  const caption = new Caption();
  caption.addText("a", "One two.");
  caption.addText("b", "Three four.");
  caption.voiced();
  assert.equal(caption.textAt(7 * 1600), "One two.");
  assert.equal(caption.textAt(9 * 1600), "One two. Three");
  caption.complete();
  assert.equal(caption.textAt(9 * 1600), "One two. Three four.");
});

test("what was shown stays shown", () => {
  const caption = new Caption();
  caption.addText("a", "one two");
  caption.voiced();
  caption.textAt(9600);
  caption.addMarks("a", [word(500, 0, 3)]);
  assert.equal(caption.textAt(9601), "one two");
});

test("marks count characters as Unicode does", () => {
  const caption = new Caption();
  caption.addText("a", "😀 hi all");
  caption.addMarks("a", [word(0, 2, 4), word(10, 5, 8)]);
  caption.voiced();
  assert.equal(caption.textAt(5), "😀 hi");
});

test("phoneme marks and marks without text reveal nothing", () => {
  const caption = new Caption();
  caption.addText("a", "one two");
  caption.addMarks("a", [{ ...word(0, 0, 7), kind: "phoneme" }, word(0, 3, 3), word(10, 0, 3)]);
  caption.voiced();
  assert.equal(caption.textAt(5), "");
});

test("the end shows all, an interruption what was heard", () => {
  const caption = new Caption();
  caption.addText("a", "one two three");
  caption.addText("b", "four");
  caption.addMarks("a", [word(0, 0, 3)]);
  caption.voiced();
  caption.complete();
  assert.equal(caption.textAt(0), "one two three four");
  caption.keep("a", "one two");
  caption.keep("b", "");
  assert.equal(caption.textAt(0), "one two");
});
