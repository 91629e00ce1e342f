import { Body, Param, ParseUUIDPipe } from '@nestjs/common';
import { pointerToken } from './json-guard';
import { badField } from './problem';

/**
 * The body of a write that takes none, or an empty object: `@NoBody() _body: unknown`. A field somebody believes in is refused.
 * Not a DTO class: class-validator holds a class without fields for an unknown value.
 */
export const NoBody = () =>
  Body({
    transform(body: unknown) {
      const [field] = Object.keys(body ?? {});
      if (field !== undefined) throw badField(`/${pointerToken(field)}`, 'is not a known field: this takes no body');
      return {};
    },
  });

/** A path parameter that is a uuid. `@Id('segment_id') id: string` */
export const Id = (name: string) =>
  Param(name, new ParseUUIDPipe({ exceptionFactory: () => badField(`/${name}`, 'must be a uuid') }));
