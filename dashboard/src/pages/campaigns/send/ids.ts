const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

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
  return { ids: words.filter((word) => ID.test(word)), wrong: words.filter((word) => !ID.test(word)) };
}
