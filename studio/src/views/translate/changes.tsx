import type { Intervention, Removable } from "heed/inspect";
import { shownToken } from "../../pictures/tokens.ts";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { best, decoded, parts } from "./translation.ts";

const words = text.translate;

/** What is done to the model: parts that it runs without, and a list of all changes, each with its way back. */
export function Changes() {
  const { off, forced, intervene } = view.value;
  const isChanged = off.length + forced.length + intervene.length > 0;
  return (
    <div class="changes">
      <div class="switches" role="group" aria-label={words.switches}>
        {parts.value.length > 0 && <span class="label">{words.switches}</span>}
        {(parts.value as readonly Removable[]).map((part) => (
          <button
            type="button"
            key={part}
            class="switch"
            aria-pressed={off.includes(part)}
            title={words.partHints[part]}
            onClick={() =>
              show({ off: off.includes(part) ? off.filter((one) => one !== part) : [...off, part] })
            }
          >
            {words.parts[part]}
          </button>
        ))}
      </div>
      <div class="done">
        {!isChanged && <p class="note">{words.noChange}</p>}
        {isChanged && (
          <>
            <ul class="active">
              {forced.length > 0 && (
                <Change name={words.begins(forced)} onRemove={() => show({ forced: [], rival: "" })} />
              )}
              {off.map((part) => (
                <Change
                  key={part}
                  name={words.without(words.parts[part])}
                  isIdle={decoded.value?.idle.off.includes(part)}
                  onRemove={() => show({ off: off.filter((one) => one !== part) })}
                />
              ))}
              {intervene.map((one, i) => (
                <Change
                  key={JSON.stringify(one)}
                  name={nameOf(one, decoded.value?.sourceTokens ?? [])}
                  isIdle={decoded.value?.idle.intervene.includes(i)}
                  onRemove={() => show({ intervene: intervene.filter((other) => other !== one) })}
                />
              ))}
            </ul>
            <Effect />
          </>
        )}
      </div>
    </div>
  );
}

interface ChangeProps {
  readonly name: string;
  readonly isIdle?: boolean | undefined;
  readonly onRemove: () => void;
}

function Change({ name, isIdle = false, onRemove }: ChangeProps) {
  return (
    <li>
      <bdi>{name}</bdi>
      {isIdle && <strong class="idle">{words.nothingChanged}</strong>}
      <button type="button" aria-label={words.removeChange(name)} onClick={onRemove}>
        {words.remove}
      </button>
    </li>
  );
}

/** The translation without the changes, and by how much its log probability differs. */
function Effect() {
  const without = decoded.value?.without;
  const plain = without?.hypotheses[0];
  if (!without || !plain) return null;
  const isSame = plain.text === best.value?.text;
  return (
    <p class="effect">
      <span class="label">{words.effect}</span> <span class="delta">{words.delta(without.delta)}</span>{" "}
      <span class="label">{words.changed}</span> <bdi>{isSame ? words.sameTranslation : plain.text}</bdi>
    </p>
  );
}

/** An intervention in words. */
function nameOf({ at, head, row, to, scale }: Intervention, source: readonly string[]): string {
  const where = `${at}${head === undefined ? "" : `, head ${head + 1}`}`;
  const step = row === undefined ? "" : `, ${words.step(row + 1)}`;
  if (typeof to === "object" && to.length === source.length) {
    const largest = Array.from(to, (weight, column) => ({ weight, column }))
      .sort((a, b) => b.weight - a.weight)
      .slice(0, 2)
      .map(({ weight, column }) => `${shownToken(source[column] ?? "").text} ${weight.toFixed(2)}`);
    return `${where}${step}: ${largest.join(", ")} …`;
  }
  if (scale === 0 && to === undefined) return `${where}${step}: ${words.switchedOff}`;
  return `${where}${step}: ${scale === undefined ? "" : `× ${scale} `}${typeof to === "number" ? `= ${to}` : ""}`;
}
