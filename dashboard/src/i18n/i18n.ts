import i18next, { type BackendModule, type ResourceKey } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { languages, namespaces, preferredLanguage } from './languages';

const files = import.meta.glob<{ default: ResourceKey }>('./*/*.json');

/** Spanish and Catalan have a plural of its own for millions; what is counted here reads the same in it as in the plain plural. */
function withMany(resource: ResourceKey): ResourceKey {
  if (typeof resource === 'string') return resource;
  return Object.fromEntries(
    Object.entries(resource as Record<string, ResourceKey>).flatMap(([key, text]) =>
      key.endsWith('_other')
        ? [
            [key, text],
            [key.replace(/_other$/, '_many'), text],
          ]
        : [[key, withMany(text)]],
    ),
  );
}

/** Reads the texts of a page in a language when they are first needed. */
const texts: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read: (language, namespace, done) => {
    files[`./${language}/${namespace}.json`]().then(
      ({ default: resource }) => done(null, withMany(resource)),
      (error: Error) => done(error, null),
    );
  },
};

/** Starts with the language of the browser, or with the one that was chosen; English stands in for a text that is not there. */
export async function startTexts(): Promise<void> {
  await i18next
    .use(texts)
    .use(initReactI18next)
    .init({
      lng: preferredLanguage(),
      fallbackLng: 'en',
      supportedLngs: Object.keys(languages),
      ns: ['common'],
      defaultNS: 'common',
      interpolation: { escapeValue: false }, // React escapes
      returnNull: false,
      showSupportNotice: false, // it writes an advertisement to the console
    });
  const say = () => void (document.documentElement.lang = i18next.language);
  i18next.on('languageChanged', say);
  say();
}

/** Every text of every page there is; the type of what useTranslation gives follows from it. */
export type Namespace = (typeof namespaces)[number];
