/** HTML in, HTML out: every tag once, whatever the model says. */
import fc from "fast-check";
import { DomUtils, parseDocument } from "htmlparser2";
import { expect, test } from "vitest";
import { translateText } from "../../../src/server/text/translate-text.ts";
import type { Translating } from "../../../src/server/translating.ts";
import { pairs } from "../../training/tiny.ts";
import { asked } from "./local-translating.ts";
import { madeUpModel } from "./made-up-model.ts";
import { tinyTranslating } from "./tiny-run.ts";

const html = async (model: Translating, text: string): Promise<string> =>
  (await translateText(model, text, { ...asked, format: "html" })).text;

/** A model that says every word again, in order, and looks at it. */
const echo: Translating = {
  maxLength: 64,
  translate: async (sentences) =>
    sentences.map((source) => {
      const tokens = source.split(/\s+/).map((word) => `▁${word}`);
      const attention = tokens.map((_, row) => tokens.map((_, column) => (row === column ? 1 : 0)));
      const hypothesis = { text: source.toUpperCase(), score: 0, tokens, attention, attentionTokens: tokens };
      return { source, sourceTokens: tokens, hypotheses: [{ ...hypothesis, logProbabilities: [] }] };
    }),
};

test.each([
  ["a <b>red <i>old</i></b> car.", "A <b>RED <i>OLD</i></b> CAR."],
  ["<p class='x y'>one<p>two &amp; three &lt;", '<p class="x y">ONE</p><p>TWO &amp; THREE &lt;</p>'],
  ["see <b>this</b>, and <i>that</i>!", "SEE <b>THIS</b>, AND <i>THAT</i>!"],
  ["a<!-- note --> b<br>c <img src=i.png alt='d'> e", 'A <!-- note -->B<br>C  <img src="i.png" alt="d">E'],
  ["run <code>npm start</code> now", "RUN <code>npm start</code> NOW"],
  ['ask <span translate="no">Mr. Orange</span> now', 'ASK <span translate="no">Mr. Orange</span> NOW'],
  [
    "<script>if (a < b) go()</script>one<style>b { }</style>",
    "<script>if (a < b) go()</script>ONE<style>b { }</style>",
  ],
  ["<b>One. Two</b> three.", "<b>ONE. TWO</b> THREE."],
  ["<pre>one\n  two</pre>\n <p>\n three\n four </p>", "<pre>ONE\n  TWO</pre>\n <p> THREE FOUR </p>"],
  ["<td>one</td>", "<td>ONE</td>"],
  ["<!doctype html><html><body>one</body></html>", "<!doctype html><html><body>ONE</body></html>"],
])("%s", async (given, expected) => {
  expect(await html(echo, given)).toBe(expected);
});

test("tags go where a trained model has put their words", async () => {
  const tiny = await tinyTranslating(pairs, 150);
  expect(await html(tiny, "two <b>red house</b>")).toMatch(/<b>red( house)?<\/b>/);
  tiny.close();
});

test("elements in 256 others and more are refused", async () => {
  await expect(html(echo, `${"<b>".repeat(300)}a`)).rejects.toThrow(/nest them less deeply/);
  await expect(html(echo, `${"<svg>".repeat(100_000)}`)).rejects.toThrow(/nest them less deeply/);
});

const names = ["b", "i", "a", "p", "div", "code", "span", "ul", "td", "br", "img", "script", "svg", "pre"];
const words = fc.constantFrom("one", "two.", "&amp;", "<", " ", "é", "\n", "“x”,", "<!-- c -->", "Mr. ");
const tags = fc.constantFrom(
  ...names.flatMap((name) => [`<${name}>`, `</${name}>`, `<${name} translate="no" title='"&'>`]),
);

/** What a parser finds: names of elements, and comments, in order of their names. */
const tagsIn = (text: string): string[] =>
  DomUtils.find((node) => node.type !== "text", parseDocument(text).children, true, Infinity)
    .map((node) =>
      "name" in node ? `${node.name} ${JSON.stringify("attribs" in node ? node.attribs : "")}` : node.type,
    )
    .sort();

test("whatever comes in and whatever a model says, every tag goes out once and all are closed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(words, tags), { maxLength: 60 }),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      fc.boolean(),
      async (parts, draws, isAttentive) => {
        const given = parts.join(" ");
        const model = madeUpModel(() => draws.next().value as number, isAttentive);
        const translated = await html(model, given);
        expect(tagsIn(translated)).toEqual(tagsIn(given));
        const again = DomUtils.getOuterHTML(parseDocument(translated).children, { encodeEntities: "utf8" });
        expect(again).toBe(translated);
      },
    ),
    { numRuns: 300 },
  );
});
