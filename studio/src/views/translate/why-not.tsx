import type { EvidenceKind } from "heed/inspect";
import { Caption } from "../../caption.tsx";
import type { Why } from "../../model/reading.ts";
import { signedBars } from "../../pictures/signed-bars.ts";
import { textWidth } from "../../pictures/text-width.ts";
import { shownToken } from "../../pictures/tokens.ts";
import { useRoom } from "../../room.ts";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { best, force, longForWhy, looked, requestWhy, rival, rivals, why } from "./translation.ts";

const words = text.translate;
const kinds = ["leaveOneOut", "gradientTimesInput", "integratedGradients"] as const satisfies EvidenceKind[];

/** Why the chosen word was written, and not another; the other can be written instead. */
export function WhyNot() {
  const [place, other] = [looked.value, rival.value];
  const written = best.value?.tokens[place ?? -1];
  if (place === undefined || written === undefined || !other) return null;
  const [name, otherName] = [written, other.token].map((piece) => shownToken(piece).text) as [string, string];
  return (
    <section class="panel" aria-labelledby="why-not">
      <h2 id="why-not">{words.whyNot(name, otherName)}</h2>
      <p class="note">{words.whyNote(name, otherName)}</p>
      <div class="controls">
        <label>
          {words.insteadOf(name)}
          <select value={other.token} onChange={(event) => show({ rival: event.currentTarget.value })}>
            {rivals.value.map(({ token, logProbability }) => (
              <option key={token} value={token}>
                {`${shownToken(token).text} ${words.percent(Math.exp(logProbability))}`}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.measuredBy}
          <select
            value={view.value.why}
            onChange={(event) => show({ why: event.currentTarget.value as EvidenceKind })}
          >
            {kinds.map((kind) => (
              <option key={kind} value={kind}>
                {words.evidences[kind]}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => force(place, other.token)}>
          {words.writeInstead(otherName)}
        </button>
      </div>
      <Bars name={name} otherName={otherName} />
    </section>
  );
}

const [ROW, NUMBER] = [26, 64];

/** A bar for every source token: to the right where it speaks for the written word. */
function Bars({ name, otherName }: { readonly name: string; readonly otherName: string }) {
  if (why.value) return <Measured found={why.value} name={name} otherName={otherName} />;
  if (longForWhy.value)
    return (
      <p class="note">
        {words.longForWhy(longForWhy.value)}{" "}
        <button type="button" onClick={requestWhy}>
          {words.measure}
        </button>
      </p>
    );
  return <p class="note waiting">{words.measuring}</p>;
}

interface MeasuredProps {
  readonly found: Why;
  readonly name: string;
  readonly otherName: string;
}

function Measured({ found, name, otherName }: MeasuredProps) {
  const { place: picture, room } = useRoom();
  const labels = found.columns.map((piece) => shownToken(piece));
  const left = labels.reduce((most, label) => Math.max(most, textWidth(label.text)), 40) + 12;
  const half = Math.max(40, Math.min(480, room - left - NUMBER) / 2);
  const bars = signedBars(found.numbers, 2 * half);
  const [width, top] = [left + 2 * half + NUMBER, 26];
  const height = top + labels.length * ROW + 4;
  const middle = left + half;
  return (
    <div ref={picture}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long picture is scrolled by keyboard */}
      <div class="scroll bars" tabIndex={0} role="group" aria-label={words.whyNot(name, otherName)}>
        <svg
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={words.whyNot(name, otherName)}
        >
          <text class="axis" x={middle - 8} y={14} text-anchor="end">
            {`← ${otherName}`}
          </text>
          <text class="axis" x={middle + 8} y={14}>
            {`${name} →`}
          </text>
          <path class="zero" d={`M ${middle} ${top - 6} V ${height}`} />
          {labels.map((label, i) => {
            const [number, bar] = [found.numbers[i] ?? 0, bars[i] ?? { x: 0, width: 0 }];
            const y = top + i * ROW + ROW / 2;
            return (
              <g key={i} class={label.isSpecial ? "token special" : "token"}>
                <text x={left - 10} y={y} text-anchor="end" dominant-baseline="central">
                  {label.text}
                </text>
                <rect
                  class={number < 0 ? "against" : "for"}
                  x={left + bar.x}
                  y={y - 8}
                  width={bar.width}
                  height={16}
                  rx={2}
                />
                <text class="axis" x={width - 4} y={y} text-anchor="end" dominant-baseline="central">
                  {number.toFixed(3)}
                </text>
              </g>
            );
          })}
        </svg>
      </div>
      <div class="unseen">
        <table>
          <caption>{words.whyNot(name, otherName)}</caption>
          <tbody>
            {found.columns.map((piece, i) => (
              <tr key={i}>
                <th scope="row">{shownToken(piece).text}</th>
                <td>{(found.numbers[i] ?? 0).toFixed(3)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Caption
        about={words.whyAbout(name, otherName, words.evidences[view.value.why as (typeof kinds)[number]])}
        picture={picture}
        name="why"
        rows={() => [
          [text.axes.columns, view.value.why],
          ...found.columns.map((piece, i) => [piece, found.numbers[i] ?? 0]),
        ]}
      >
        {` ${words.margin(found.margin)}`}
      </Caption>
    </div>
  );
}
