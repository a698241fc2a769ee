/** Nouns by what can be done with them. */

export type Gender = "m" | "f";

export interface Noun {
  readonly english: string;
  readonly englishPlural: string;
  readonly french: string;
  readonly frenchPlural: string;
  readonly gender: Gender;
}

/** `english french gender`, and plurals where they are not regular: `mouse/mice`, `souris/souris`. */
function nouns(lines: string): readonly Noun[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => {
      const [, english = "", french = "", gender = ""] = /^(.+?) {2,}(.+?) +([mf])$/.exec(line.trim()) ?? [];
      const [one = "", many = englishPlural(one)] = english.split("/");
      const [un = "", plusieurs = frenchPlural(un)] = french.split("/");
      return {
        english: one,
        englishPlural: many,
        french: un,
        frenchPlural: plusieurs,
        gender: gender as Gender,
      };
    });
}

function englishPlural(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return noun.replace(/y$/, "ies");
  return /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}

/** -s; -x after -eau and -eu; -al becomes -aux; -s, -x, -z stay. */
function frenchPlural(noun: string): string {
  if (/[sxz]$/.test(noun)) return noun;
  if (/e[a]?u$/.test(noun)) return `${noun}x`;
  return /al$/.test(noun) ? noun.replace(/al$/, "aux") : `${noun}s`;
}

export const people = nouns(`
  father      père        m
  mother      mère        f
  brother     frère       m
  sister      sœur        f
  son         fils        m
  daughter    fille       f
  uncle       oncle       m
  aunt        tante       f
  grandmother/grandmothers  grand-mère/grands-mères  f
  grandfather/grandfathers  grand-père/grands-pères  m
  friend      ami         m
  neighbor    voisin      m
  cousin      cousin      m
  wife/wives  femme       f
  husband     mari        m
  teacher     professeur  m
  doctor      médecin     m
  boss        patron      m
`);

export const strangers = nouns(`
  man/men     homme       m
  boy         garçon      m
  child/children  enfant  m
  student     étudiant    m
  baker       boulanger   m
  nurse       infirmière  f
  king        roi         m
  queen       reine       f
  princess    princesse   f
  tourist     touriste    m
  singer      chanteur    m
  farmer      fermier     m
  cook        cuisinier   m
  lawyer      avocat      m
  journalist  journaliste m
`);

export const animals = nouns(`
  cat         chat        m
  dog         chien       m
  bird        oiseau      m
  horse       cheval      m
  cow         vache       f
  mouse/mice  souris      f
  rabbit      lapin       m
  hen         poule       f
  monkey      singe       m
  elephant    éléphant    m
  bear        ours        m
  goat        chèvre      f
`);

export const foods = nouns(`
  apple       pomme       f
  cake        gâteau      m
  egg         œuf         m
  orange      orange      f
  salad       salade      f
  sandwich    sandwich    m
  banana      banane      f
  pear        poire       f
  tomato/tomatoes  tomate f
  potato/potatoes  pomme de terre/pommes de terre  f
  cookie      biscuit     m
  strawberry  fraise      f
  pancake     crêpe       f
  carrot      carotte     f
  mushroom    champignon  m
`);

/** Foods that are not counted. */
export const dishes = nouns(`
  bread       pain        m
  cheese      fromage     m
  soup        soupe       f
  meat        viande      f
  rice        riz         m
  butter      beurre      m
  fish        poisson     m
  ham         jambon      m
  jam         confiture   f
  honey       miel        m
  chocolate   chocolat    m
`);

export const drinks = nouns(`
  water       eau         f
  milk        lait        m
  coffee      café        m
  tea         thé         m
  wine        vin         m
  beer        bière       f
  juice       jus         m
  lemonade    limonade    f
`);

export const readables = nouns(`
  book        livre       m
  letter      lettre      f
  newspaper   journal     m
  magazine    magazine    m
  poem        poème       m
  article     article     m
  novel       roman       m
  message     message     m
`);

export const things = nouns(`
  key         clé         f
  car         voiture     f
  bike        vélo        m
  table       table       f
  chair       chaise      f
  lamp        lampe       f
  hat         chapeau     m
  shirt       chemise     f
  dress       robe        f
  shoe        chaussure   f
  coat        manteau     m
  bag         sac         m
  phone       téléphone   m
  computer    ordinateur  m
  watch       montre      f
  photo       photo       f
  flower      fleur       f
  basket      panier      m
  knife/knives  couteau   m
  cup         tasse       f
  plate       assiette    f
  umbrella    parapluie   m
  guitar      guitare     f
  pen         stylo       m
  ticket      billet      m
  gift        cadeau      m
  boat        bateau      m
  toy         jouet       m
  mirror      miroir      m
  clock       horloge     f
  blanket     couverture  f
  suitcase    valise      f
`);

export const places = nouns(`
  school      école       f
  market      marché      m
  station     gare        f
  church      église      f
  park        parc        m
  bank        banque      f
  office      bureau      m
  hospital    hôpital     m
  library     bibliothèque  f
  restaurant  restaurant  m
  museum      musée       m
  village     village     m
  hotel       hôtel       m
  garden      jardin      m
  cinema      cinéma      m
  theater     théâtre     m
  bakery      boulangerie f
  factory     usine       f
  airport     aéroport    m
  castle      château     m
`);

/** Things that stand still: one can go in, under or behind them. */
export const furniture = nouns(`
  table       table       f
  bed         lit         m
  chair       chaise      f
  tree        arbre       m
  door        porte       f
  window      fenêtre     f
  house       maison      f
  car         voiture     f
  wall        mur         m
  bench       banc        m
  wardrobe    armoire     f
  bridge      pont        m
`);

/** Containers of small things. */
export const insides = nouns(`
  house       maison      f
  kitchen     cuisine     f
  street      rue         f
  bag         sac         m
  box         boîte       f
  drawer      tiroir      m
  wardrobe    armoire     f
  suitcase    valise      f
`);
