import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  StreamableFile,
  UseInterceptors,
} from '@nestjs/common';
import type { Request } from 'express';
import { mergeMap, type Observable } from 'rxjs';
import { EventStream } from '../common/event-stream';
import { IdempotencyKeys } from './idempotency-keys';
import { keptAnswer } from './kept-answer';

const IS_KEPT = 'crm:answer-is-kept';

/** A larger answer is not kept: it is made anew for whoever repeats the request. */
const MAX_KEPT_BYTES = 1024 * 1024;

@Injectable()
export class KeepsAnswer implements NestInterceptor {
  constructor(private readonly keys: IdempotencyKeys) {}

  intercept(context: ExecutionContext, handler: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    if (Reflect.getMetadata(IS_KEPT, context.getHandler()) === false) return handler.handle();
    return handler.handle().pipe(mergeMap((answer: unknown) => this.kept(answer, request)));
  }

  private async kept(answer: unknown, request: Request): Promise<unknown> {
    if (!request.keyed || answer instanceof StreamableFile || answer instanceof EventStream) return answer;
    const kept = keptAnswer(answer, request);
    if (Buffer.byteLength(kept.body ?? '') <= MAX_KEPT_BYTES) await this.keys.answerWithoutEffect(request.keyed, kept);
    return answer;
  }
}

/**
 * A POST that only asks, and changes nothing of ours. With an Idempotency-Key the answer is kept when it is made, in no transaction: of
 * two at the same moment both are worked on, and both get the answer of the first. A stream is not kept: it is made anew for whoever
 * repeats the request. Every other POST takes `@Once()`.
 * @param isKept false where the answer shows what is known of a customer: it is made anew for whoever repeats the request
 */
export const WithoutEffect = ({ isKept = true } = {}): MethodDecorator =>
  applyDecorators(SetMetadata(IS_KEPT, isKept), UseInterceptors(KeepsAnswer));
