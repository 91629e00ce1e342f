/** The languages there are, by their own names. A new one is a line here and a folder beside this file. */
export const languages = { en: 'English', es: 'Español', ca: 'Català' } as const;
export type Language = keyof typeof languages;

/** The texts, a file for each page, or for a large part of one. A new one is a line here and a file of that name in each language's folder. */
export const namespaces = [
  'common',
  'overview',
  'segments',
  'rules',
  'campaigns',
  'wizard',
  'ai',
  'dispatches',
  'notifications',
  'customers',
  'suppressions',
  'audit',
  'settings',
] as const;

const KEY = 'crm.language';
const isLanguage = (name: string): name is Language => Object.hasOwn(languages, name);

/** What was chosen, or what the browser prefers of those there are; English where it is none of them. */
export function preferredLanguage(): Language {
  const wanted = [localStorage.getItem(KEY) ?? '', ...navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())];
  return wanted.find(isLanguage) ?? 'en';
}

export const keepLanguage = (language: Language): void => localStorage.setItem(KEY, language);

/** The browser's own tag where it is of this language, `en-GB`: it says how dates are written. */
export const localeOf = (language: string): string =>
  navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;
