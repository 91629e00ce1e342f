import type { ExecutionContext } from '@nestjs/common';
import type { Principal } from './principal';

/** Port: where it is kept that somebody who is known wanted what he may not. Without one there are the lines of the log. */
export abstract class RefusalLog {
  /** Never throws: the caller is refused whether or not it can be kept. */
  abstract refused(who: Pick<Principal, 'id' | 'via'>, context: ExecutionContext): Promise<void>;
}
