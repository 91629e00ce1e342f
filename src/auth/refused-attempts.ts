import { isIPv6 } from 'node:net';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { Allowances } from '../common/allowances';
import { Measures } from '../common/measures';
import { Problem } from '../common/problem';
import { CONFIG, type Config } from '../config/config';

const SECONDS_A_MINUTE = 60;

/**
 * How often an address may be refused. Beyond that it is told to wait instead of why, nobody is asked about its tokens, and nothing is logged
 * of it. It shuts nobody out who is known: a valid token is let in all the same, since behind one address may be many.
 */
@Injectable()
export class RefusedAttempts {
  private readonly allowances?: Allowances;

  constructor(
    @Inject(CONFIG) { REFUSALS_PER_MINUTE }: Pick<Config, 'REFUSALS_PER_MINUTE'>,
    @Optional() private readonly measures?: Measures,
  ) {
    if (REFUSALS_PER_MINUTE > 0)
      this.allowances = new Allowances(REFUSALS_PER_MINUTE / SECONDS_A_MINUTE, REFUSALS_PER_MINUTE);
  }

  /** Before something is asked that costs. @throws Problem too-many-requests */
  mayAsk(address: string | undefined): void {
    this.orWait(this.allowances?.wait(networkOf(address)));
  }

  /** One more. @throws Problem too-many-requests */
  note(address: string | undefined): void {
    this.orWait(this.allowances?.take(networkOf(address)));
  }

  private orWait(seconds = 0): void {
    if (seconds === 0) return;
    this.measures?.turnedAway.inc({ reason: 'refusals' });
    throw new Problem(
      'too-many-requests',
      'Too many requests from this address were refused. Wait, and send a token that is valid.',
      [],
      { headers: { 'Retry-After': String(seconds) } },
    );
  }
}

/** Of IPv6 the first 64 bits: the rest is whatever its owner likes. */
function networkOf(address = ''): string {
  if (!isIPv6(address) || address.includes('.')) return address; // ::ffff:192.0.2.1 is an address of IPv4
  const [head, tail] = address.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const groups = tail ? [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail] : head;
  return groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}
