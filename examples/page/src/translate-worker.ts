/** Translates for the page. */
import { openEngine, openTranslator } from "heed";

export interface Asked {
  readonly text: string;
}
export type Answered =
  | { readonly share: number }
  | { readonly ready: string }
  | { readonly text: string }
  | { readonly problem: string };

const answer = (answered: Answered): void => self.postMessage(answered);

/** Opens the translator of the folder public/en-fr. */
async function open(): Promise<(text: string) => Promise<string>> {
  const engine = await openEngine();
  const translator = await openTranslator("/en-fr/", {
    engine,
    onProgress: ({ file, loaded, total }) => {
      if (file === "model.safetensors" && total) answer({ share: loaded / total });
    },
  });
  answer({ ready: engine.description });
  return async (text) => {
    const [translation] = await translator.translate([text]);
    return translation?.hypotheses[0]?.text ?? "";
  };
}

const opened = open();
const sayProblem = (error: Error): void => answer({ problem: error.message });
opened.catch(sayProblem);

self.addEventListener("message", ({ data }: MessageEvent<Asked>) => {
  opened.then(async (translate) => answer({ text: await translate(data.text) })).catch(sayProblem);
});
