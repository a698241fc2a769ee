/** Verbs in both languages, with every form that the grammar asks for. */

/** I, you, he or she, we, you (the same), they: where a sentence's subject stands in a paradigm. */
export type Person = 0 | 1 | 2 | 3 | 4 | 5;

export interface Verb {
  readonly english: {
    readonly base: string;
    readonly third: string;
    readonly past: string;
    readonly gerund: string;
  };
  readonly french: {
    readonly infinitive: string;
    readonly present: readonly string[];
    readonly imperfect: readonly string[];
    readonly future: readonly string[];
    readonly participle: string;
    readonly auxiliary: "avoir" | "être";
  };
}

const IMPERFECT = ["ais", "ais", "ait", "ions", "iez", "aient"];
const FUTURE = ["ai", "as", "a", "ons", "ez", "ont"];

const IRREGULAR: Readonly<Record<string, { present: string; participle: string; future?: string }>> = {
  voir: { present: "vois vois voit voyons voyez voient", participle: "vu", future: "verr" },
  vouloir: { present: "veux veux veut voulons voulez veulent", participle: "voulu", future: "voudr" },
  pouvoir: { present: "peux peux peut pouvons pouvez peuvent", participle: "pu", future: "pourr" },
  devoir: { present: "dois dois doit devons devez doivent", participle: "dû", future: "devr" },
  prendre: { present: "prends prends prend prenons prenez prennent", participle: "pris" },
  comprendre: {
    present: "comprends comprends comprend comprenons comprenez comprennent",
    participle: "compris",
  },
  apprendre: { present: "apprends apprends apprend apprenons apprenez apprennent", participle: "appris" },
  boire: { present: "bois bois boit buvons buvez boivent", participle: "bu" },
  lire: { present: "lis lis lit lisons lisez lisent", participle: "lu" },
  écrire: { present: "écris écris écrit écrivons écrivez écrivent", participle: "écrit" },
  dormir: { present: "dors dors dort dormons dormez dorment", participle: "dormi" },
  venir: { present: "viens viens vient venons venez viennent", participle: "venu", future: "viendr" },
  partir: { present: "pars pars part partons partez partent", participle: "parti" },
  courir: { present: "cours cours court courons courez courent", participle: "couru", future: "courr" },
  aller: { present: "vais vas va allons allez vont", participle: "allé", future: "ir" },
  vendre: { present: "vends vends vend vendons vendez vendent", participle: "vendu" },
  attendre: { present: "attends attends attend attendons attendez attendent", participle: "attendu" },
  perdre: { present: "perds perds perd perdons perdez perdent", participle: "perdu" },
  entendre: { present: "entends entends entend entendons entendez entendent", participle: "entendu" },
  connaître: { present: "connais connais connaît connaissons connaissez connaissent", participle: "connu" },
  ouvrir: { present: "ouvre ouvres ouvre ouvrons ouvrez ouvrent", participle: "ouvert" },
  recevoir: {
    present: "reçois reçois reçoit recevons recevez reçoivent",
    participle: "reçu",
    future: "recevr",
  },
  faire: { present: "fais fais fait faisons faites font", participle: "fait", future: "fer" },
  rire: { present: "ris ris rit rions riez rient", participle: "ri" },
};

/** Verbs whose stem changes where its ending is silent: j'achète, nous achetons. */
const STRONG_STEM: Readonly<Record<string, string>> = {
  acheter: "achèt",
  préférer: "préfèr",
  appeler: "appell",
};

function conjugate(infinitive: string): Omit<Verb["french"], "auxiliary" | "infinitive"> {
  const irregular = IRREGULAR[infinitive];
  let present: string[];
  let participle: string;
  let future = infinitive.replace(/e$/, "");
  if (irregular) {
    present = irregular.present.split(" ");
    participle = irregular.participle;
    future = irregular.future ?? future;
  } else if (infinitive.endsWith("ir")) {
    const stem = infinitive.slice(0, -2);
    present = ["is", "is", "it", "issons", "issez", "issent"].map((ending) => stem + ending);
    participle = `${stem}i`;
  } else {
    const stem = infinitive.slice(0, -2);
    const strong = STRONG_STEM[infinitive] ?? stem.replace(/([uo])y$/, "$1i");
    const soft = /g$/.test(stem) ? `${stem}e` : stem.replace(/c$/, "ç");
    present = [`${strong}e`, `${strong}es`, `${strong}e`, `${soft}ons`, `${stem}ez`, `${strong}ent`];
    participle = `${stem}é`;
    if (strong !== stem && infinitive !== "préférer") future = `${strong}er`;
  }
  // The imperfect grows from the form of nous: -ge- and -ç- stay only before a.
  const we = (present[3] as string).slice(0, -3);
  const weak = we.replace(/ge$/, "g").replace(/ç$/, "c");
  const imperfect = IMPERFECT.map((ending) => (ending.startsWith("i") ? weak : we) + ending);
  return { present, participle, imperfect, future: FUTURE.map((ending) => future + ending) };
}

/** `base french`, the past where it is irregular, `être` where that makes the perfect. */
function verbs(lines: string): readonly Verb[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => {
      const [base = "", infinitive = "", ...more] = line.trim().split(/ {2,}/);
      const auxiliary = more.includes("être") ? "être" : "avoir";
      const past = more.find((part) => part !== "être") ?? inflect(base, "ed");
      const english = { base, past, third: inflect(base, "s"), gerund: inflect(base, "ing") };
      return { english, french: { infinitive, auxiliary, ...conjugate(infinitive) } };
    });
}

const DOUBLING = /^(stop|run|swim|forget|cut)$/;

/** The first word of "look for" is the verb. */
function inflect(expression: string, ending: "s" | "ed" | "ing"): string {
  const [verb = "", ...rest] = expression.split(" ");
  const doubled = DOUBLING.test(verb) ? verb + verb.at(-1) : verb;
  const formed =
    ending === "s"
      ? /[^aeiou]y$/.test(verb)
        ? verb.replace(/y$/, "ies")
        : `${verb}${/(s|sh|ch|x|z|o)$/.test(verb) ? "es" : "s"}`
      : ending === "ed"
        ? /e$/.test(verb)
          ? `${verb}d`
          : `${doubled.replace(/([^aeiou])y$/, "$1i")}ed`
        : `${/[^e]e$/.test(verb) ? verb.slice(0, -1) : doubled}ing`;
  return [formed, ...rest].join(" ");
}

export const eating = verbs(`
  eat         manger      ate
  buy         acheter     bought
  cook        préparer
  sell        vendre      sold
  share       partager
  choose      choisir     chose
`);

export const drinking = verbs(`
  drink       boire       drank
  order       commander
  pour        verser
`);

export const reading = verbs(`
  read        lire        read
  write       écrire      wrote
  finish      finir
  receive     recevoir
  understand  comprendre  understood
`);

export const handling = verbs(`
  see         voir        saw
  buy         acheter     bought
  sell        vendre      sold
  look for    chercher    looked for
  find        trouver     found
  lose        perdre      lost
  forget      oublier     forgot
  break       casser      broke
  wash        laver
  choose      choisir     chose
  carry       porter      carried
  draw        dessiner    drew
  repair      réparer
  borrow      emprunter
  keep        garder      kept
  hide        cacher      hid
`);

/** Verbs whose object is a person. */
export const meeting = verbs(`
  see         voir        saw
  love        aimer
  hear        entendre    heard
  help        aider
  wait for    attendre    waited for
  thank       remercier
  call        appeler
  know        connaître   knew
  look for    chercher    looked for
  invite      inviter
  respect     respecter
  admire      admirer
  greet       saluer
`);

export const acting = verbs(`
  sleep       dormir      slept
  work        travailler
  sing        chanter     sang
  dance       danser
  run         courir      ran
  laugh       rire
  swim        nager       swam
  cry         pleurer     cried
  leave       partir      left      être
  arrive      arriver     être
  travel      voyager
  cook        cuisiner
  dream       rêver
`);

export const going = verbs(`
  go          aller       went      être
  return      retourner   être
`);

export const travelling = verbs(`
  go          aller       went      être
  return      retourner   être
  move        déménager
`);

const be: Verb["french"] = {
  infinitive: "être",
  present: ["suis", "es", "est", "sommes", "êtes", "sont"],
  imperfect: IMPERFECT.map((ending) => `ét${ending}`),
  future: FUTURE.map((ending) => `ser${ending}`),
  participle: "été",
  auxiliary: "avoir",
};

const have: Verb["french"] = {
  infinitive: "avoir",
  present: ["ai", "as", "a", "avons", "avez", "ont"],
  imperfect: IMPERFECT.map((ending) => `av${ending}`),
  future: FUTURE.map((ending) => `aur${ending}`),
  participle: "eu",
  auxiliary: "avoir",
};

export const french = {
  être: be,
  avoir: have,
  voir: conjugate("voir"),
  vouloir: conjugate("vouloir"),
  pouvoir: conjugate("pouvoir"),
  devoir: conjugate("devoir"),
  aimer: conjugate("aimer"),
  habiter: conjugate("habiter"),
  travailler: conjugate("travailler"),
  connaître: conjugate("connaître"),
  venir: conjugate("venir"),
  préférer: conjugate("préférer"),
  parler: conjugate("parler"),
  aller: conjugate("aller"),
  apprendre: conjugate("apprendre"),
  comprendre: conjugate("comprendre"),
} as const;

/** "is" for he, she, it; and so on. */
export const toBe = {
  present: ["am", "are", "is", "are", "are", "are"],
  past: ["was", "were", "was", "were", "were", "were"],
} as const;

/** "has" for he, she, it. */
export const toHave = (person: Person): string => (person === 2 ? "has" : "have");
