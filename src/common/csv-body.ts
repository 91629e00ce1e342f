import { isUtf8 } from 'node:buffer';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { raw, type Request, type Response } from 'express';
import { limitOf } from './json-guard';
import { badField } from './problem';

/**
 * The body of an address that takes text/csv, as bytes of UTF-8: `@CsvBody() file: Buffer`. Read behind the guard, and not before it as
 * JSON is: it may be large, and whoever has no token shall not fill the memory with it. As a whole, so that no connection to the
 * database waits for a slow sender, and a sender that dies on the way has stored nothing.
 * @throws Problem bad-request, body-too-large, unsupported-media-type
 */
export const CsvBody = createParamDecorator((_: unknown, context: ExecutionContext): Promise<Buffer> => {
  const http = context.switchToHttp();
  return readCsv(http.getRequest<Request>(), http.getResponse<Response>());
});

/** May be called again: the second time it gives what was read the first. */
export async function readCsv(request: Request, response: Response): Promise<Buffer> {
  const read = raw({ limit: limitOf(request.path).bytes, type: () => true }); // requireMediaType has seen the type
  await new Promise<void>((resolve, reject) =>
    read(request, response, (error?: Error) => (error ? reject(error) : resolve())),
  );
  const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
  if (!isUtf8(body)) throw badField('', 'is not UTF-8');
  return body;
}
