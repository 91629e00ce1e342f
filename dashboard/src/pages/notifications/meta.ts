/** A line of what senders reported. */
export interface MetaLine {
  key: string;
  value: string;
}

const DEEPEST = 4;

/** What senders reported as lines, in order of their keys: what lies deeper has its keys joined by ›. As text, whatever it is. */
export function linesOf(meta: Record<string, unknown>, before: readonly string[] = []): MetaLine[] {
  return Object.keys(meta)
    .sort()
    .flatMap((key) => {
      const path = [...before, key];
      const value = meta[key];
      const isDeeper = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
      if (isDeeper && path.length < DEEPEST) return linesOf(value as Record<string, unknown>, path);
      return [{ key: path.join(' › '), value: typeof value === 'string' ? value : JSON.stringify(value) }];
    });
}
