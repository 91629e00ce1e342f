import { type ArgumentMetadata, ValidationPipe, type ValidationError } from '@nestjs/common';
import { pointerToken } from './json-guard';
import { type FieldError, Problem } from './problem';

/** Unknown keys are refused, not dropped: a typing error must never widen an audience. */
export const validationOptions = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  stopAtFirstError: true,
  validationError: { target: false, value: false },
} as const;

/** A caller that sends 9,000 bad keys gets a small answer. */
const MAX_ERRORS = 50;

/** class-validator's tree of errors as a flat list with JSON pointers. */
export function fieldErrors(errors: ValidationError[], parent = ''): FieldError[] {
  const found: FieldError[] = [];
  for (const { property = '', constraints = {}, children = [] } of errors) {
    if (found.length >= MAX_ERRORS) break;
    const pointer = `${parent}/${pointerToken(property)}`;
    for (const [name, message] of Object.entries(constraints))
      found.push({ pointer, detail: name === 'whitelistValidation' ? 'is not a known field' : plain(message, property) });
    found.push(...fieldErrors(children, pointer));
  }
  return found.slice(0, MAX_ERRORS);
}

/** "last_days must be at most 3650" → "must be at most 3650": the pointer has the name already. */
const plain = (message: string, property: string) =>
  message.replace(`each value in ${property}`, 'each value').replace(`${property} `, '');

/**
 * A class of long bodies may know faster than by its decorators, which take several microseconds an item, that a body is right: as it came,
 * nothing to be transformed, nothing missing. Where it does not know, the decorators tell, and name what is wrong.
 */
interface Quick {
  isPlain(body: unknown): boolean;
}

class BodyPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const isPlain = metadata.type === 'body' && (metadata.metatype as Partial<Quick> | undefined)?.isPlain?.(value);
    return isPlain ? Promise.resolve(value) : (super.transform(value, metadata) as Promise<unknown>);
  }
}

/** The one pipe of the service: what a handler receives has the class it asks for, or the request is refused. */
export const validationPipe = () =>
  new BodyPipe({
    ...validationOptions,
    transform: true, // without enableImplicitConversion: "false" must not become true
    exceptionFactory: (errors) => {
      const fields = fieldErrors(errors);
      const [first] = fields;
      return new Problem(
        'bad-request',
        first ? `${first.pointer.slice(1)} ${first.detail}.` : 'The request is not valid.',
        fields,
      );
    },
  });
