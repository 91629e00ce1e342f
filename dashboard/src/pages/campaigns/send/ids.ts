import { isUuid } from '../../../components/is-uuid';

/** The customer ids in a text, each once, whatever stands between them; and what is none. */
export function idsIn(text: string): { ids: string[]; wrong: string[] } {
  const words = [
    ...new Set(
      text
        .toLowerCase()
        .split(/[\s,;"']+/)
        .filter(Boolean),
    ),
  ];
  return { ids: words.filter(isUuid), wrong: words.filter((word) => !isUuid(word)) };
}
