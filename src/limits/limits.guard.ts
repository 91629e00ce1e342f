import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { Access } from '../auth/access';
import { nameOf, type Principal } from '../auth/principal';
import { Allowances } from '../common/allowances';
import { Measures } from '../common/measures';
import { Problem } from '../common/problem';
import { CONFIG, type Config } from '../config/config';
import { Load } from './load';
import { UnderLoad } from './under-load';

/** What may come at once after a pause, in seconds' worth. */
const BURST_SECONDS = 10;

/**
 * Turns away what is too much: more requests than one caller may send, and new work while there is more than this process can do. Stands behind
 * the guard that knows who calls, since nothing that a caller chooses may name it. What is open to everybody is never turned away. A request
 * that is within its limits costs a look into a map and three comparisons, 0.2 µs; what its route says of itself is only read when it is not.
 */
@Injectable()
export class LimitsGuard implements CanActivate {
  private readonly allowances: Partial<Record<Principal['role'], Allowances>>;

  constructor(
    private readonly reflector: Reflector,
    private readonly load: Load,
    private readonly measures: Measures,
    @Inject(CONFIG) config: Pick<Config, 'ADMIN_REQUESTS_PER_SECOND' | 'WORKER_REQUESTS_PER_SECOND'>,
  ) {
    const { ADMIN_REQUESTS_PER_SECOND: admin, WORKER_REQUESTS_PER_SECOND: worker } = config;
    this.allowances = { admin: allowance(admin), worker: allowance(worker) };
  }

  /** @throws Problem too-many-requests, overloaded */
  canActivate(context: ExecutionContext): true {
    const { principal } = context.switchToHttp().getRequest<Request>();
    if (!principal) return true; // a route that is open to everybody
    const wait = this.allowances[principal.role]?.take(nameOf(principal)) ?? 0;
    if (wait > 0 && !this.isForMonitors(context)) this.turnAway('rate', tooMany(wait));
    const { excess } = this.load;
    if (excess && !this.reflector.get(UnderLoad, context.getHandler())) this.turnAway(excess, overloaded());
    return true;
  }

  private isForMonitors(context: ExecutionContext): boolean {
    return this.reflector.get(Access, context.getHandler()) === 'monitors';
  }

  private turnAway(reason: 'rate' | 'event_loop' | 'database', problem: Problem): never {
    this.measures.turnedAway.inc({ reason });
    throw problem;
  }
}

const allowance = (perSecond: number): Allowances | undefined =>
  perSecond > 0 ? new Allowances(perSecond, perSecond * BURST_SECONDS) : undefined;

const tooMany = (seconds: number): Problem =>
  new Problem('too-many-requests', 'This caller sends more requests than it may. Wait as long as Retry-After says.', [], {
    headers: { 'Retry-After': String(seconds) },
  });

const overloaded = (): Problem =>
  new Problem('overloaded', 'There is more to do than this replica can, and nothing was done. Try again, not all at once.');
