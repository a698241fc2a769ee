import { wordDifference } from "heed/evaluation";
import type { Which } from "../../model/pair.ts";
import { text } from "../../text.ts";

const words = text.runs;
const both: readonly Which[] = ["first", "second"];

/** What both runs say, with words marked that the other does not have; undefined where a run does not translate. */
export function Said({
  texts,
  numbers,
}: {
  readonly texts: readonly (string | undefined)[];
  readonly numbers: readonly string[];
}) {
  const pieces = wordDifference(texts[0] ?? "", texts[1] ?? "");
  return (
    <>
      {both.map((which, side) => (
        <p key={which} class="said">
          <span class={`badge ${which}`}>{words.sides[which]}</span>
          <span class="words">
            {texts[side] === undefined ? (
              <span class="note">{words.noTranslator}</span>
            ) : (
              pieces[side]?.map(({ word, isOwn }, at) => (
                <span key={at}>{isOwn ? <mark class={which}>{word}</mark> : word} </span>
              ))
            )}
          </span>
          {texts[side] !== undefined && <span class="number">{numbers[side]}</span>}
        </p>
      ))}
      {texts[0] !== undefined && texts[0] === texts[1] && <p class="note">{words.same}</p>}
    </>
  );
}
