import { useRef } from 'react';
import { ApiProblem } from './problem';

/** A name for a request. Not crypto.randomUUID: on plain HTTP, which intranets speak, there is none. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * Sends with a key that stays the same until there is an answer: whoever clicks twice, or again after the network failed, has one
 * effect. A new key where the request was refused, or is another one (`about`).
 */
export function useOnce(): <T>(about: unknown, send: (key: string) => Promise<T>) => Promise<T> {
  const kept = useRef<{ about: string; key: string }>(undefined);
  return async (about, send) => {
    const text = JSON.stringify(about);
    if (kept.current?.about !== text) kept.current = { about: text, key: newKey() };
    const { key } = kept.current;
    try {
      const sent = await send(key);
      if (kept.current?.key === key) kept.current = undefined;
      return sent;
    } catch (error) {
      if (error instanceof ApiProblem && !error.isPassing && kept.current?.key === key) kept.current = undefined;
      throw error;
    }
  };
}
