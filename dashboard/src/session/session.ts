const KEY = 'crm.token';

type State = 'none' | 'expired' | 'signed-in';

let token = sessionStorage.getItem(KEY) ?? undefined;
let state: State = token ? 'signed-in' : 'none';
const listeners = new Set<() => void>();

function change(to: State, next: string | undefined): void {
  token = next;
  state = to;
  if (next) sessionStorage.setItem(KEY, next);
  else sessionStorage.removeItem(KEY);
  listeners.forEach((listener) => listener());
}

/** The token of this tab: gone when the tab is closed, signed out of, or the token is refused. */
export const session = {
  token: (): string | undefined => token,
  state: (): State => state,
  start: (next: string): void => change('signed-in', next),
  /** The token was refused: what is on the page stays until somebody signs in again. */
  expire: (): void => change('expired', undefined),
  end: (): void => change('none', undefined),
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};

/** Takes the token out of a link like `/admin/#token=…`, and the link out of the address bar and the history. */
export function takeTokenFromLink(): void {
  const linked = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (!linked) return;
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
  session.start(linked);
}
