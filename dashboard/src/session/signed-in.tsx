import { type ReactNode, useEffect, useRef, useSyncExternalStore } from 'react';
import { queries } from '../api/queries';
import classes from './sign-in.module.css';
import { session } from './session';
import { SignIn } from './sign-in';

/**
 * The pages, to whoever is signed in. Where a token is refused in the middle of something, the page stays as it is behind the sign-in,
 * out of sight and reach, with what was typed into it; signing out takes it away.
 */
export function SignedIn({ children }: { children: ReactNode }) {
  const state = useSyncExternalStore(session.subscribe, session.state);
  const before = useRef(state);
  useEffect(() => {
    if (state === 'none') queries.clear();
    if (state === 'signed-in' && before.current === 'expired') void queries.invalidateQueries();
    before.current = state;
  }, [state]);
  if (state === 'none') return <SignIn />;
  return (
    <>
      <div className={classes.page} inert={state === 'expired'} hidden={state === 'expired'}>
        {children}
      </div>
      {state === 'expired' && <SignIn expired />}
    </>
  );
}
