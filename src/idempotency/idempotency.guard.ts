import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { readCsv } from '../common/csv-body';
import { limitOf } from '../common/json-guard';
import { IdempotencyKeys } from './idempotency-keys';
import { keyedRequest } from './keyed-request';

/**
 * Stands behind the guard that knows who calls, and before everything a POST with an Idempotency-Key costs: one that has been answered
 * goes no further. A guard and not an interceptor: those wrap every request in observables, and this one costs others a comparison.
 */
@Injectable()
export class IdempotencyGuard implements CanActivate {
  constructor(private readonly keys: IdempotencyKeys) {}

  /** @throws AnsweredBefore; Problem bad-request, idempotency-key-reused */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    return request.method !== 'POST' || request.headers['idempotency-key'] === undefined || this.admits(request);
  }

  private async admits(request: Request): Promise<true> {
    const takesCsv = limitOf(request.path).type === 'text/csv'; // which is read when somebody asks for it, and not before
    request.keyed = keyedRequest(request, takesCsv ? await readCsv(request, request.res!) : request.body);
    if (request.keyed) await this.keys.refuseAnswered(request.keyed);
    return true;
  }
}
