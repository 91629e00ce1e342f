import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { AllowWorkers, Caller } from './access';
import { MeView } from './me.dto';
import { nameOf, type Principal } from './principal';

@Controller('me')
export class MeController {
  /** Who the token says is calling. */
  @AllowWorkers()
  @Get()
  @ApiOkResponse({ type: MeView })
  me(@Caller() caller: Principal): MeView {
    return { role: caller.role as MeView['role'], via: caller.via, name: nameOf(caller) };
  }
}
