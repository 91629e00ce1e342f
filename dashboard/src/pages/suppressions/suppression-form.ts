import { isUuid } from '../../components/is-uuid';

/** A customer as the API asks for one: by id or by address; undefined where it can be neither. */
export function customerOf(text: string): { user_id: string } | { email: string } | undefined {
  const typed = text.trim();
  if (isUuid(typed)) return { user_id: typed.toLowerCase() };
  return /^[^\s@]+@\S+$/.test(typed) ? { email: typed } : undefined;
}

/** Whether a local time (`2026-11-22T10:00`) is one, and after an instant. */
export const laterThan = (local: string, instant: number): boolean => new Date(local).getTime() > instant;
