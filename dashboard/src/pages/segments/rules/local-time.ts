const two = (n: number): string => String(n).padStart(2, '0');

/** An instant as an input of date and time takes it, in the zone of the reader: `2026-11-23T09:30`, with seconds where it has some. */
export function localOf(instant: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return '';
  const date = `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const seconds = at.getSeconds() > 0 ? `:${two(at.getSeconds())}` : '';
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}${seconds}`;
}
