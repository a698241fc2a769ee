/** Translates HTML: its text is translated, its tags go where their words go. */
import { type ChildNode, type Document, isTag, isText } from "domhandler";
import { DomUtils } from "htmlparser2";
import { wordShares, wordsOf } from "../../decoding/word-shares.ts";
import type { Translating } from "../translating.ts";
import { carryTags, type PlacedNode, setChildren } from "./carry-tags.ts";
import { type InlineRun, inlineRuns, isSilent, parseHtml } from "./inline-runs.ts";
import { type SentencesOptions, type TranslatedSentence, translateSentences } from "./translate-sentences.ts";

/**
 * Translates the text of an HTML document or a part of one. Tags, attributes and comments stay, each exactly once; what is
 * in <code>, <script> and the like, or has `translate="no"`, stays as it is. Tags within a sentence are carried over by
 * attention, or in proportion where a model has none.
 *
 * @returns the document, and then the alternatives to it
 * @throws ERR_USAGE for elements in more than 256 others; as `Translating.translate`.
 */
export async function translateHtml(
  model: Translating,
  html: string,
  { isAttentive, ...options }: Omit<SentencesOptions, "alignment"> & { readonly isAttentive: boolean },
): Promise<readonly string[]> {
  const first = parsed(html);
  const texts = first.runs.map(({ nodes }) => textOf(nodes));
  const { starts, whole } = together(texts);
  const hasTerms = (options.glossary ?? []).length > 0;
  const alignment = isAttentive && (hasTerms || first.runs.some(({ nodes }) => !nodes.every(isText)));
  const sentences = await translateSentences(model, whole, { ...options, alignment });
  return Array.from({ length: options.nBest }, (_, n) => {
    const { document, runs } = n === 0 ? first : parsed(html);
    for (const [i, run] of runs.entries()) {
      const [from, to] = [starts[i] as number, (starts[i] as number) + (texts[i] as string).length];
      const own = sentences.filter(({ place }) => place.from >= from && place.to <= to);
      replace(run, carriedOver(run, texts[i] as string, from, own, n));
    }
    return DomUtils.getOuterHTML(document.children, { encodeEntities: "utf8" });
  });
}

function parsed(html: string): { readonly document: Document; readonly runs: readonly InlineRun[] } {
  const document = parseHtml(html);
  return { document, runs: inlineRuns(document) };
}

/** Texts as one, each on lines of its own. */
function together(texts: readonly string[]): { readonly starts: readonly number[]; readonly whole: string } {
  let at = 0;
  const starts = texts.map((text) => {
    const start = at;
    at += text.length + 1;
    return start;
  });
  return { starts, whole: texts.join("\n") };
}

/** White space in HTML is a single space, except in <pre>. */
const collapsed = (text: string): string => text.replace(/[ \t\n\f\r]+/g, " ");

const isPreformatted = (node: ChildNode): boolean => {
  for (let at = node.parent; at; at = at.parent) if ("name" in at && at.name === "pre") return true;
  return false;
};

function readText(node: ChildNode): string {
  if (isText(node)) return isPreformatted(node) ? node.data : collapsed(node.data);
  return isTag(node) && !isSilent(node) ? textOf(node.children) : "";
}

const textOf = (nodes: readonly ChildNode[]): string => nodes.map(readText).join("");

/** Nodes with their places in the text of the run. */
function placedNodes(nodes: readonly ChildNode[], start = 0): PlacedNode[] {
  let at = start;
  return nodes.map((node) => {
    const from = at;
    at += readText(node).length;
    const children = isTag(node) && !isSilent(node) ? placedNodes(node.children, from) : [];
    return { node, place: { from, to: at }, children };
  });
}

/** The nodes of a run with the n-th translations of its sentences. */
function carriedOver(
  { nodes }: InlineRun,
  source: string,
  start: number,
  sentences: readonly TranslatedSentence[],
  n: number,
): ChildNode[] {
  const sourceWords = wordsOf(source);
  const shares: (readonly (readonly [number, number])[])[] = [];
  let target = "";
  let at = 0;
  for (const sentence of sentences) {
    const [from, to] = [sentence.place.from - start, sentence.place.to - start];
    const hypothesis = sentence.hypotheses[n] ?? sentence.hypotheses.at(-1);
    if (!hypothesis) continue;
    // What is between sentences is its own translation.
    for (const word of between(sourceWords, at, from)) shares.push([[word, 1]]);
    target += source.slice(at, from) + hypothesis.text;
    at = to;
    const first = sourceWords.findIndex((word) => word.to > from);
    const count = between(sourceWords, from, to).length;
    const words = wordsOf(hypothesis.text).length;
    const found = wordShares(sentence.source, sentence.sourceTokens, hypothesis);
    for (let word = 0; word < words; word++)
      shares.push(
        found
          ? (found[word] ?? []).map((share, i) => [first + i, share] as const)
          : [[first + Math.floor(((word + 0.5) * count) / words), 1]],
      );
  }
  for (const word of between(sourceWords, at, source.length)) shares.push([[word, 1]]);
  target += source.slice(at);
  return carryTags(placedNodes(nodes), { source, sourceWords, target, targetWords: wordsOf(target), shares });
}

/** The indices of the words from one character to another. */
const between = (words: readonly { from: number; to: number }[], from: number, to: number): number[] =>
  [...words.keys()].filter((i) => (words[i]?.from ?? 0) >= from && (words[i]?.to ?? 0) <= to);

function replace({ parent, nodes }: InlineRun, by: readonly ChildNode[]): void {
  const [first, last] = [nodes[0] as ChildNode, nodes.at(-1) as ChildNode];
  const before = parent.children.slice(0, parent.children.indexOf(first));
  const after = parent.children.slice(parent.children.indexOf(last) + 1);
  setChildren(parent, [...before, ...by, ...after]);
}
