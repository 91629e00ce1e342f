import type { ReplicaSettings } from './replica-set';

/** Replicas that are not run as they should be. A run that does not notice proves nothing. */
export interface ReplicaMutant extends Pick<ReplicaSettings, 'env' | 'looks'> {
  /** The rule that must not hold any more: that something is not well is not enough. */
  caughtBy: RegExp;
}

export const replicaMutantNames = ['no-delay', 'balancer-that-does-not-look'] as const;
export type ReplicaMutantName = (typeof replicaMutantNames)[number];

const NOTICED = /^a client noticed that replicas were restarted/;

export const replicaMutants: Readonly<Record<ReplicaMutantName, ReplicaMutant>> = {
  /** It is gone before the balancer can see that it is going. */
  'no-delay': { env: { SHUTDOWN_DELAY_SECONDS: '0' }, caughtBy: NOTICED },
  /** It says that it is not ready, and nobody asks. */
  'balancer-that-does-not-look': { looks: false, caughtBy: NOTICED },
};
