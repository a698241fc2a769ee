/** Carries the tags of a text over to its translation, along the words that belong together. */
import { type ChildNode, type Element, isTag, isText, Text } from "domhandler";
import type { Span } from "../../text/sentences.ts";
import { isKept, isSilent } from "./inline-runs.ts";

/** A run of text and what it became. */
export interface CarriedText {
  /** The text as it was read, with white space collapsed. */
  readonly source: string;
  readonly sourceWords: readonly Span[];
  readonly target: string;
  readonly targetWords: readonly Span[];
  /** For each word of the translation: words of the source and their shares in it. */
  readonly shares: readonly (readonly (readonly [word: number, share: number])[])[];
}

/** A node of the run, and the characters of the source in it. */
export interface PlacedNode {
  readonly node: ChildNode;
  readonly place: Span;
  readonly children: readonly PlacedNode[];
}

/**
 * The nodes of the translation: every element of the source once, around the words that come from the words that it was
 * around. Of several places, an element takes the one whose words have most of it: the interval of words with the largest
 * sum of (share - 1/2). Elements that stay as they are take the place of their words; those without words stand before the
 * word that the next word of the source became.
 */
export function carryTags(nodes: readonly PlacedNode[], text: CarriedText): ChildNode[] {
  const { target, targetWords } = text;
  const whole = { words: { from: 0, to: targetWords.length }, place: { from: 0, to: target.length } };
  return carry(nodes, whole, text);
}

/** Words of the translation by their indices, and the characters that they and what is around them take. */
interface Room {
  readonly words: Span;
  readonly place: Span;
}

interface Placed {
  readonly node: PlacedNode;
  /** Empty for what goes between words. */
  readonly words: Span;
}

function carry(nodes: readonly PlacedNode[], room: Room, text: CarriedText): ChildNode[] {
  const elements = nodes.filter(({ node }) => !isText(node));
  const placed = intervals(elements, room.words, text);
  const result: ChildNode[] = [];
  let at = room.place.from;
  const writeTo = (end: number): void => {
    if (end > at) result.push(new Text(text.target.slice(at, end)));
    at = Math.max(at, end);
  };
  for (const { node, words } of placed) {
    const place = placeOf(node, words, room, text);
    writeTo(place.from);
    result.push(...carried(node, words, place, text));
    at = Math.max(at, place.to);
  }
  writeTo(room.place.to);
  return result;
}

/** An element with its part of the translation in it. */
function carried(placed: PlacedNode, words: Span, place: Span, text: CarriedText): ChildNode[] {
  const { node, children } = placed;
  if (!isTag(node) || isSilent(node)) return [node];
  if (isKept(node)) {
    // It has lost its words: keep it apart from those around it.
    const isAlone = words.from === words.to && placed.place.to > placed.place.from;
    return isAlone ? [node, new Text(" ")] : [node];
  }
  const inner: Element = node;
  setChildren(inner, carry(children, { words, place }, text));
  return [inner];
}

export function setChildren(parent: { children: ChildNode[] }, children: readonly ChildNode[]): void {
  parent.children = [...children];
  for (const [i, child] of children.entries()) {
    child.parent = parent as Element;
    child.prev = children[i - 1] ?? null;
    child.next = children[i + 1] ?? null;
  }
}

/** Where elements go, in the order of the translation; they do not overlap. */
function intervals(elements: readonly PlacedNode[], room: Span, text: CarriedText): Placed[] {
  const taken = new Set<number>();
  const wanted = elements
    .map((node, order) => ({ node, order, best: bestInterval(gains(node, room, text), room, taken) }))
    .sort((a, b) => (b.best?.sum ?? 0) - (a.best?.sum ?? 0));
  const placed: (Placed & { readonly order: number })[] = [];
  for (const { node, order, best } of wanted) {
    if (!best) continue;
    const isFree = !range(best.words).some((word) => taken.has(word));
    const words = isFree ? best.words : bestInterval(gains(node, room, text), room, taken)?.words;
    if (!words) continue;
    for (const word of range(words)) taken.add(word);
    placed.push({ node, order, words });
  }
  const found = new Set(placed.map(({ node }) => node));
  for (const [order, node] of elements.entries()) {
    if (found.has(node)) continue;
    const at = freeBoundary(boundary(node, room, text), placed);
    placed.push({ node, order, words: { from: at, to: at } });
  }
  return placed.sort((a, b) => a.words.from - b.words.from || a.words.to - b.words.to || a.order - b.order);
}

const range = ({ from, to }: Span): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** For each word of a room: how much of it comes from the words in an element, less one half. */
function gains({ place }: PlacedNode, room: Span, { shares, sourceWords }: CarriedText): number[] {
  const inside = sourceWords.map(({ from, to }) => {
    const both = Math.min(to, place.to) - Math.max(from, place.from);
    return Math.max(0, both) / (to - from);
  });
  return range(room).map(
    (word) =>
      (shares[word] ?? []).reduce((sum, [at, share]) => sum + share * (inside[at] as number), 0) - 1 / 2,
  );
}

/** The interval of free words with the largest sum of gains; undefined where none is above 0. */
function bestInterval(
  gained: readonly number[],
  room: Span,
  taken: ReadonlySet<number>,
): { readonly words: Span; readonly sum: number } | undefined {
  let best: { words: Span; sum: number } | undefined;
  let from = room.from;
  let sum = 0;
  for (const [i, gain] of gained.entries()) {
    const word = room.from + i;
    if (taken.has(word) || sum + gain <= 0) {
      sum = 0;
      from = word + 1;
      continue;
    }
    sum += gain;
    if (sum > (best?.sum ?? 0)) best = { words: { from, to: word + 1 }, sum };
  }
  return best;
}

/** Before which word an element without words goes: the one that most comes from the next word of the source. */
function boundary({ place }: PlacedNode, room: Span, { shares, sourceWords }: CarriedText): number {
  const next = sourceWords.findIndex(({ from }) => from >= place.from);
  if (next < 0) return room.to;
  let [best, most] = [room.to, 0.1];
  for (const word of range(room)) {
    const share = shares[word]?.find(([at]) => at === next)?.[1] ?? 0;
    if (share > most) [best, most] = [word, share];
  }
  return best;
}

/** A boundary that is not within an element. */
function freeBoundary(at: number, placed: readonly Placed[]): number {
  const around = placed.find(({ words }) => words.from < at && at < words.to);
  return around ? around.words.to : at;
}

/** The characters of an interval; without punctuation at its end or beginning where the source has none. */
function placeOf({ place }: PlacedNode, words: Span, room: Room, text: CarriedText): Span {
  const { source, target, targetWords } = text;
  if (words.from === words.to) {
    const at = targetWords[words.from]?.from ?? room.place.to;
    const within = Math.min(Math.max(at, room.place.from), room.place.to);
    return { from: within, to: within };
  }
  let from = Math.max(room.place.from, targetWords[words.from]?.from ?? 0);
  let to = Math.min(room.place.to, targetWords[words.to - 1]?.to ?? target.length);
  const inner = source.slice(place.from, place.to).trim();
  if (!/[\p{P}\p{S}]$/u.test(inner)) to -= /[\p{P}\p{S}]*$/u.exec(target.slice(from, to))?.[0].length ?? 0;
  if (!/^[\p{P}\p{S}]/u.test(inner))
    from += /^[\p{P}\p{S}]*/u.exec(target.slice(from, Math.max(from, to)))?.[0].length ?? 0;
  return { from: Math.min(from, to), to };
}
