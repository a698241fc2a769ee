import { Caption } from "../../caption.tsx";
import { canBeGuided, isExportable, rungOf } from "../../model/training-setup.ts";
import { lossCurve, margin } from "../../pictures/loss-curve.ts";
import { text } from "../../text.ts";
import {
  downloadHuggingFace,
  downloadRun,
  goOn,
  isText,
  leave,
  opened,
  pause,
  phase,
  saved,
  seconds,
  secondsLeft,
  shown,
  tokensPerSecond,
  updates,
  useModel,
  validations,
} from "./training.ts";
import { useWidth } from "./width.ts";

const words = text.train;
const HEIGHT = 230;

/** How far the training has come. */
export function Progress() {
  const about = opened.value;
  if (!about) return null;
  const { setup } = about;
  const trained = { ...setup, rung: rungOf(setup), guided: setup.guided && canBeGuided(setup) };
  const isTraining = phase.value === "training" || phase.value === "pausing";
  return (
    <section class="panel progress" aria-labelledby="progress">
      <div class="head">
        <div>
          <h2 id="progress">{words.phases[phase.value]}</h2>
          <p class="note">
            {words.about(trained, about.parameters)}
            <br />
            {about.device}
          </p>
        </div>
        <div class="actions">
          {isTraining ? (
            <button type="button" class="primary" disabled={phase.value === "pausing"} onClick={pause}>
              {words.pause}
            </button>
          ) : (
            <>
              {phase.value === "paused" && (
                <button type="button" class="primary" onClick={() => void goOn()}>
                  {words.goOn}
                </button>
              )}
              <button
                type="button"
                class={phase.value === "done" ? "primary" : ""}
                onClick={() => void useModel()}
              >
                {words.use}
              </button>
              <button type="button" onClick={() => void downloadRun()}>
                {words.download}
              </button>
              {isExportable(about.setup) && (
                <button type="button" onClick={() => void downloadHuggingFace()}>
                  {words.huggingFace}
                </button>
              )}
              <button type="button" onClick={() => void leave()}>
                {words.another}
              </button>
            </>
          )}
        </div>
      </div>
      <Figures />
      <Curve />
      <p class="note kept-note" role="status">
        {saved.value?.fault === undefined
          ? words.savedAt(saved.value?.step)
          : words.unsaved(saved.value.fault)}
      </p>
    </section>
  );
}

function Figures() {
  const last = updates.value.at(-1);
  const validation = validations.value.at(-1);
  const unseen = validation ? words.after(validation.step, isText.value) : "";
  const figures: readonly (readonly [name: string, value: string, about?: string])[] = [
    [words.update, words.count(last?.step ?? 0), words.of(opened.value?.totalSteps ?? 0)],
    [words.loss, last?.negativeLogLikelihood.toFixed(3) ?? "–", words.nats],
    isText.value
      ? [words.perplexity, validation?.perplexity?.toPrecision(4) ?? "–", unseen]
      : [words.bleu, validation?.bleu?.toFixed(1) ?? "–", unseen],
    [words.speed, words.count(Math.round(tokensPerSecond.value ?? 0)), words.tokensPerSecond],
    [
      words.left,
      duration(phase.value === "done" ? 0 : secondsLeft.value),
      words.trained(duration(seconds.value)),
    ],
  ];
  return (
    <dl class="figures">
      {figures.map(([name, value, note]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <strong>{value}</strong>
            <small>{note}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** 83 s as 1:23. */
function duration(time: number | undefined): string {
  if (time === undefined) return "–:––";
  const whole = Math.round(time);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** The loss of every update, its running mean, and validations with their BLEU. */
function Curve() {
  const { box, width } = useWidth<HTMLDivElement>();
  const steps = opened.value?.totalSteps ?? 0;
  const points = updates.value.map(({ step, negativeLogLikelihood: loss }) => ({ step, loss }));
  const curve = lossCurve(points, validations.value, { width: width.value, height: HEIGHT, steps });
  const bottom = HEIGHT - margin.bottom;
  const at = shown.value ? curve.x(shown.value.step) : undefined;
  return (
    <div class="curve" ref={box}>
      {width.value > 0 && (
        <svg width={width.value} height={HEIGHT} role="img" aria-label={words.curve}>
          {curve.yTicks.map(({ at, label }) => (
            <g key={label}>
              <line class="grid-line" x1={margin.left} x2={width.value - margin.right} y1={at} y2={at} />
              <text class="tick" x={margin.left - 8} y={at} text-anchor="end" dominant-baseline="central">
                {label}
              </text>
            </g>
          ))}
          {curve.xTicks.map(({ at, label }) => (
            <text key={label} class="tick" x={at} y={HEIGHT - 8} text-anchor="middle">
              {label}
            </text>
          ))}
          <path class="raw" d={curve.raw} />
          <path class="mean" d={curve.mean} />
          {at !== undefined && <line class="looked" x1={at} x2={at} y1={margin.top} y2={bottom} />}
          {curve.validations.map(({ step, x, y }, i) => (
            <g key={step}>
              <circle class="validation" cx={x} cy={y} r={4.5} />
              <text class="tick bleu" x={x} y={y - 12} text-anchor="middle">
                {validations.value[i]?.bleu?.toFixed(0)}
              </text>
            </g>
          ))}
        </svg>
      )}
      <p class="legend">
        <span class="key mean">{words.trainLoss}</span>
        <span class="key validation">{isText.value ? words.validTextLoss : words.validLoss}</span>
      </p>
      <Caption
        about={words.curveAbout}
        picture={box}
        name="loss"
        rows={() => [
          [words.update, words.csv.loss, words.csv.validLoss, words.bleu],
          ...updates.value.map(({ step, negativeLogLikelihood }) => {
            const seen = validations.value.find((one) => one.step === step);
            return [step, negativeLogLikelihood, seen?.loss ?? "", seen?.bleu ?? ""];
          }),
        ]}
      />
    </div>
  );
}
