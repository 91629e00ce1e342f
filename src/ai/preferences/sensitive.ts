/**
 * What is never inferred of a person: the special categories of the GDPR (article 9), health, religion and belief, politics, sexual life and
 * orientation, ethnic origin, union membership, and genetic and biometric data. Beginnings of words in English, Spanish and Catalan, without
 * accents and in lower case. A list catches what is said plainly; the model is told the rest, and people read what it suggests.
 */
const listed = (words: string): string[] => words.trim().split(/\s+/);

const inKeys = listed(`
  health salud salut medic illness disease sick allerg alerg intoleran addict adiccion addicci skin
  faith belief creenc worship ideolog vote voto vot
  gender genero genere race raza nationality nacionali ancestr genetic biometr`);

/** In keys and in values. */
const anywhere = listed(`
  diabet celiac coeliac celiaq cancer depress enferm malalt pregnan embaraz embaras disab discapa
  hiv vih asthma asma obes incontinen alcoholi mental_health patient pacient
  relig halal kosher ramad islam muslim musulm christian cristian catholic catolic protestant
  jewish judais jueu hindu buddhi budis sikh atheis ateis ateu ateo mosque mezquita church iglesia esglesia
  politic republican socialis comunis communis feixis fascis nacionalis nationalis
  sex orientation orientacio gay lesbi lgbt bisex homosex heterosex transgen queer erotic
  ethnic etnic etnia racial gypsy gitan immigra inmigra
  trade_union union_member sindica`);

const startsWithAny = (words: string[], beginnings: readonly string[]) =>
  words.some((_, i) => beginnings.some((beginning) => words.slice(i).join('_').startsWith(beginning)));

const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/** Whether a preference says, or is about, what is never inferred. */
export const isSensitive = (key: string, value: string): boolean =>
  startsWithAny(wordsOf(key), [...inKeys, ...anywhere]) || startsWithAny(wordsOf(value), anywhere);
