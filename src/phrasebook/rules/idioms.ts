/** Idioms: phrases that cannot be translated word by word. */
import { finite } from "../action.ts";
import { compose, ending, phrase, sentence } from "../aligned.ts";
import type { Dice } from "../dice.ts";
import { counted, pets, place, somebody, thing } from "../nominals.ts";
import { type Determiner, nounPhrase } from "../noun-phrase.ts";
import * as nouns from "../nouns.ts";
import { adjectivesFor } from "../suits.ts";
import { acting, french, toBe, type Verb } from "../verbs.ts";
import type { Rule } from "./rule.ts";

const MANNERS = [
  ["right away", "tout de suite"],
  ["all the time", "tout le temps"],
  ["from time to time", "de temps en temps"],
  ["at home", "à la maison"],
  ["a lot", "beaucoup"],
  ["again", "encore une fois"],
  ["too much", "trop"],
  ["together", "ensemble"],
] as const;

const without = (bases: string): readonly Verb[] =>
  acting.filter(({ english }) => !bases.split(" ").includes(english.base));
const LASTING = without("leave arrive");
const AT_HOME = without("leave arrive travel swim run");
const AT_ONCE = without("dream cry laugh");

/** Things that may be good or bad, with their possible owners. */
const JUDGED = [
  { nouns: nouns.dishes, determiners: ["the", "this", "your", "his", "her"] },
  { nouns: nouns.drinks, determiners: ["the", "this", "your", "his", "her"] },
  { nouns: nouns.readables, determiners: ["the", "this", "your", "his", "her"] },
  {
    nouns: nouns.places.filter(({ english }) =>
      /^(school|library|restaurant|museum|hotel|bakery)$/.test(english),
    ),
    determiners: ["the", "this"],
  },
] as const satisfies readonly { nouns: readonly nouns.Noun[]; determiners: readonly Determiner[] }[];

const JUDGEMENTS = [
  ["{what} {is} not/n bad/n", "{what} ne/n {is} pas/n mal/n"],
  ["{what} {is} not/n bad/n at/a all/a", "{what} ne/n {is} pas/n mal/n du/a tout/a"],
  ["{what} {is} rather/r good/g", "{what} {is} plutôt/r {good}/g"],
  ["{what} {is} not/n good/g", "{what} ne/n {is} pas/n {good}/g"],
  ["{what} {is} not/n very/v good/g", "{what} ne/n {is} pas/n très/v {good}/g"],
  ["{what} {is} not/n good/g at/a all/a", "{what} ne/n {is} pas/n {good}/g du/a tout/a"],
  ["{what} {is} really/r bad/b", "{what} {is} vraiment/r {bad}/b"],
  ["{what} {is} very/v bad/b", "{what} {is} très/v {bad}/b"],
] as const;

/** Said alone or to somebody. */
const SAYINGS = [
  ["not bad", "pas mal"],
  ["not bad at all", "pas mal du tout"],
  ["not yet", "pas encore"],
  ["of course", "bien sûr"],
  ["of course not", "bien sûr que non"],
  ["right away", "tout de suite"],
  ["no problem", "pas de problème"],
  ["good luck", "bonne chance"],
  ["good night", "bonne nuit"],
  ["good evening", "bonsoir"],
  ["see you soon", "à bientôt"],
  ["see you tomorrow", "à demain"],
  ["happy birthday", "joyeux anniversaire"],
  ["welcome", "bienvenue"],
  ["thank you", "merci"],
  ["you are welcome", "de rien"],
  ["well done", "bravo"],
  ["here you go", "voilà"],
  ["watch out", "attention"],
  ["so much the better", "tant mieux"],
] as const;

const FIRST_NAMES =
  "Paul Marie Anne Louis Julie Nicolas Claire Thomas Emma Hugo Alice Martin Sophie Victor Camille"
    .split(" ")
    .map((name) => phrase(name, name));

/** Where one is "at", not "in". */
const PUBLIC = nouns.places.filter(({ english }) => !/^(village|garden)$/.test(english));

/** Things that nobody says thanks for. */
const SHAMEFUL = /^(dirty|broken|old|expensive|heavy|strange)$/;

const SEEN = [...nouns.things, ...nouns.animals, ...nouns.foods];
const OWNED = [...nouns.things, ...nouns.foods, ...pets];

export const idioms: readonly Rule[] = [
  {
    name: "not bad",
    about: "not bad is praise: pas mal, not a negation of mauvais",
    make: (dice) => {
      const judged = dice.pick(JUDGED);
      const noun = dice.pick(judged.nouns);
      const what = nounPhrase({ noun, determiner: dice.pick<Determiner>(judged.determiners) });
      const [english, target] = dice.pick(JUDGEMENTS);
      const f = noun.gender === "f";
      const good = phrase("", f ? "bonne" : "bon");
      const bad = phrase("", f ? "mauvaise" : "mauvais");
      return sentence(compose(english, target, { what, is: phrase("is", "est"), good, bad }));
    },
  },
  {
    name: "sayings",
    about: "Not bad! Not yet. Of course! What is said as a whole, alone or to somebody",
    make: (dice) => {
      const [english, target] = dice.pick(SAYINGS);
      const said = phrase(english, target);
      const whole = dice.chance(0.95)
        ? compose("{said} {name}", "{said} {name}", {
            said: ending(said, ",", ","),
            name: dice.pick(FIRST_NAMES),
          })
        : said;
      return sentence(whole, dice.pick([".", "!"] as const));
    },
  },
  {
    name: "set phrases",
    about: "of course, right away, a lot: learnt as wholes",
    make: (dice) => {
      const who = somebody(dice, { pronouns: 0.5 });
      if (dice.chance(0.2)) {
        const does = finite(dice.pick(LASTING), dice.pick(["present", "continuous", "future"] as const), who);
        return sentence(compose("of/c course,/c {who} {does}", "bien/c sûr,/c {who} {does}", { who, does }));
      }
      const [english, target] = dice.pick(
        MANNERS.filter(([manner]) => manner !== "together" || who.isPlural),
      );
      const verb = dice.pick(english === "at home" ? AT_HOME : english === "right away" ? AT_ONCE : LASTING);
      // "Beaucoup" and "trop" would go between the words of the past.
      const isBetween = english === "a lot" || english === "too much";
      const tenses = isBetween
        ? (["present", "future"] as const)
        : english === "right away"
          ? (["past", "future"] as const)
          : (["present", "past", "future"] as const);
      const does = finite(verb, dice.pick(tenses), who);
      return sentence(
        compose("{who} {does} {so}", "{who} {does} {so}", { who, does, so: phrase(english, target) }),
      );
    },
  },
  {
    name: "how many",
    about: "a lot of is beaucoup de",
    make: (dice) => {
      const who = somebody(dice, { pronouns: 0.5 });
      const isSeen = dice.chance(0.5);
      const does = isSeen
        ? phrase(who.person === 2 ? "sees" : "see", french.voir.present[who.person] as string)
        : phrase(who.person === 2 ? "has" : "have", french.avoir.present[who.person] as string);
      const noun = dice.pick(isSeen ? SEEN : OWNED);
      const many = phrase(noun.englishPlural, noun.frenchPlural);
      const what = dice.chance(0.5)
        ? counted(dice, isSeen ? SEEN : OWNED)
        : dice.pick([
            compose("a/b lot/b of/d {many}", "beaucoup/b de/d {many}", { many }),
            compose("a/b few/b {many}", "quelques/b {many}", { many }),
            compose("several/b {many}", "plusieurs/b {many}", { many }),
          ]);
      return sentence(compose("{who} {does} {what}", "{who} {does} {what}", { who, does, what }));
    },
  },
  {
    name: "exclamations",
    about: "what a: quel, which agrees",
    make: (dice) => {
      const what = thing(dice, ["a"], 1);
      const [article, ...words] = what.english;
      const kind = { english: words, french: what.french.slice(1), meanings: what.meanings };
      const quel = `quel${what.gender === "f" ? "le" : ""}${what.isPlural ? "s" : ""}`;
      const english = what.isPlural ? "what/q {kind}" : `what/q ${article?.text}/q {kind}`;
      return sentence(compose(english, `${quel}/q {kind}`, { kind }), "!");
    },
  },
  {
    name: "love and liking",
    about: "what one likes in general has an article in French",
    make: (dice) => {
      const who = somebody(dice, { pronouns: 0.5 });
      const mass = dice.pick([...nouns.dishes, ...nouns.drinks]);
      const count = dice.pick([...nouns.foods, ...nouns.animals]);
      const isMass = dice.chance(0.6);
      const le = isMass ? (mass.gender === "m" ? "le" : "la") : "les";
      const noun = isMass
        ? phrase(mass.english, mass.french)
        : phrase(count.englishPlural, count.frenchPlural);
      const what = compose("{noun}/t", `${le}/t {noun}`, { noun });
      const aime = french.aimer.present[who.person] as string;
      if (dice.chance(0.3)) {
        const not = who.person === 2 ? "does/n not/n" : "do/n not/n";
        const like = phrase("like", aime);
        return sentence(
          compose(`{who} ${not} {like} {what}`, "{who} ne/n {like} pas/n {what}", { who, like, what }),
        );
      }
      const likes = phrase(who.person === 2 ? "likes" : "like", aime);
      return sentence(compose("{who} {likes} {what}", "{who} {likes} {what}", { who, likes, what }));
    },
  },
  {
    name: "politeness",
    about: "thanks, and what one shows: voici and voilà",
    make: (dice) => {
      const [english, target] = dice.pick([
        ["thank you for", "merci pour"],
        ["here is", "voici"],
        ["there is", "voilà"],
      ] as const);
      const noun = dice.pick(nouns.things);
      const isThanked = english === "thank you for";
      const kinds = adjectivesFor(noun).filter((one) => !isThanked || !SHAMEFUL.test(one.english));
      const what = nounPhrase({
        noun,
        determiner: dice.pick(isThanked ? (["the", "this"] as const) : (["the", "your", "my"] as const)),
        adjective: dice.chance(0.7) ? dice.pick(kinds) : undefined,
        isPlural: dice.chance(0.3),
      });
      const are = what.isPlural ? english.replace(" is", " are") : english;
      return sentence(compose("{thanks} {what}", "{thanks} {what}", { thanks: phrase(are, target), what }));
    },
  },
  {
    name: "being there",
    about: "to be at home, at the station, at work",
    make: (dice: Dice) => {
      const who = somebody(dice, { pronouns: 0.4 });
      const is = phrase(toBe.present[who.person] as string, french.être.present[who.person] as string);
      const at = dice.chance(0.3)
        ? dice.pick([
            phrase("at home", "à la maison"),
            phrase("at work", "au travail"),
            phrase("on vacation", "en vacances"),
            phrase("on time", "à l'heure"),
            phrase("late", "en retard"),
          ])
        : compose("at/a {where}", "à/a {where}", { where: place(dice, ["the"], 0.2, PUBLIC) });
      return sentence(compose("{who} {is} {at}", "{who} {is} {at}", { who, is, at }));
    },
  },
];
