/** Which objects a verb takes, and in which tenses. */
import type { Noun } from "./nouns.ts";
import { handling, type Verb } from "./verbs.ts";

const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Verbs that are done to these alone; all others to everything of the kind they are listed with. */
const DONE_TO: Readonly<Record<string, ReadonlySet<string>>> = {
  cook: list("cake egg potato pancake mushroom carrot soup meat rice fish jam"),
  break: list("chair lamp phone computer watch cup plate umbrella guitar toy mirror clock"),
  wash: list("car bike table chair hat shirt dress shoe coat bag cup knife plate toy blanket suitcase boat"),
  carry: list("table chair lamp bag computer mirror clock suitcase guitar gift blanket"),
  repair: list(
    "car bike table chair lamp phone computer watch umbrella guitar toy clock boat shoe suitcase bag",
  ),
  borrow: list(
    "key car bike table chair lamp hat dress coat bag phone computer basket knife umbrella guitar pen",
  ),
  lose: list("key hat bag phone watch photo basket knife umbrella pen ticket gift toy suitcase coat"),
  forget: list(
    "key hat coat bag phone computer watch photo basket umbrella guitar pen ticket gift toy suitcase",
  ),
  hide: list("key phone computer watch photo basket knife pen ticket gift toy mirror bag hat bike"),
  write: list("book letter poem article novel message"),
  receive: list("book letter newspaper magazine message"),
  understand: list("book letter poem article novel message"),
  finish: list("book letter poem article novel"),
};

const suited = new Map<Verb, Map<readonly Noun[], readonly Noun[]>>();

/** Those of some nouns that a verb can be done to. */
export function objectsOf(verb: Verb, nouns: readonly Noun[]): readonly Noun[] {
  const fit = DONE_TO[verb.english.base];
  if (!fit) return nouns;
  const known = suited.get(verb) ?? new Map<readonly Noun[], readonly Noun[]>();
  const found = known.get(nouns) ?? nouns.filter(({ english }) => fit.has(english));
  suited.set(verb, known.set(nouns, found));
  return found;
}

/** Verbs that say what is, not what happens: English does not put them in -ing. */
const STATES = list("see love hear know understand admire respect");
/** Verbs of one moment: neither in progress nor habitual. */
const MOMENTS = list("find lose forget break finish arrive leave choose");
/** Verbs that nobody wants to do or is asked to do. */
const UNWILLED = list("lose forget break love hear know admire respect cry dream arrive receive");

export const isState = ({ english }: Verb): boolean => STATES.has(english.base);
/** Verbs of any time. */
export const isEvent = (verb: Verb): boolean => !isState(verb);
export const isLasting = ({ english }: Verb): boolean => !MOMENTS.has(english.base);
export const isWilled = ({ english }: Verb): boolean => !UNWILLED.has(english.base);
/** One buys bread every day, but not a car. */
const ONCE_FOR_EACH: ReadonlySet<Verb> = new Set(
  handling.filter(({ english }) => /^(buy|sell|keep|borrow)$/.test(english.base)),
);
/** Verbs of habits. */
export const isHabit = (verb: Verb): boolean =>
  isLasting(verb) && !ONCE_FOR_EACH.has(verb) && (!isState(verb) || verb.english.base === "see");

const allowed = new WeakMap<(verb: Verb) => boolean, Map<readonly Verb[], readonly Verb[]>>();

/** `verbs.filter(isAllowed)`, done once for each pair of them. */
export function verbsFor(verbs: readonly Verb[], isAllowed: (verb: Verb) => boolean): readonly Verb[] {
  const known = allowed.get(isAllowed) ?? new Map<readonly Verb[], readonly Verb[]>();
  const found = known.get(verbs) ?? verbs.filter(isAllowed);
  allowed.set(isAllowed, known.set(verbs, found));
  return found;
}
