import type { FilterVocabulary } from '../../segments/catalogue/filter-vocabulary.service';

/** A preference that fewer active customers share does not leave for a model, wherever that is. */
const SHARED_BY = 20;
const MOST = 40;
/** Characters of all of them together, as JSON: a small model has room for few. */
const MOST_CHARS = 2000;

/** Preferences the model may be told of, each as the filter takes it, the most frequent first. None of which it is not counted how many share it. */
export async function sharedPreferences(vocabulary: FilterVocabulary): Promise<unknown[]> {
  const known = await vocabulary.of('preferences_contains');
  const shared = known.filter(({ customers }) => customers !== null && customers >= SHARED_BY).slice(0, MOST);
  let chars = 0;
  return shared.map(({ value }) => value).filter((value) => (chars += JSON.stringify(value).length) <= MOST_CHARS);
}
