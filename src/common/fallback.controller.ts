import { All, Controller, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { Problem } from './problem';

interface RouterLayer {
  route?: { path: string; methods: Record<string, boolean> };
  match(path: string): boolean;
}

/**
 * Whatever no route takes. It is a route like any other, so that the guard stands before it too: without a token nobody learns which
 * addresses exist. AppModule imports it last.
 */
@ApiExcludeController()
@Controller()
export class FallbackController {
  @All('{*path}')
  refuse(@Req() request: Request): never {
    const { stack } = (request.app as unknown as { router: { stack: RouterLayer[] } }).router;
    const methods = stack
      .filter(({ route }) => route && !route.path.includes('*')) // neither this one nor middleware
      .filter((layer) => layer.match(request.path))
      .flatMap(({ route }) => Object.keys(route!.methods).map((method) => method.toUpperCase()));
    if (methods.length === 0) throw new Problem('not-found', 'There is nothing at this address.');
    const allow = [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : [])])].sort().join(', ');
    throw new Problem('method-not-allowed', `It takes ${allow}.`, [], { headers: { Allow: allow } });
  }
}
