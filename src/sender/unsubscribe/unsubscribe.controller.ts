import { Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import { Public } from '../../auth/access';
import type { Principal } from '../../auth/principal';
import { Refuses } from '../../common/api-docs';
import { Problem } from '../../common/problem';
import { Once } from '../../idempotency/once';
import { SuppressionsService } from '../../suppressions/suppressions.service';
import { type Unsubscription, UnsubscribeLinks } from './unsubscribe-links';
import { askPage, donePage, PAGE_POLICY } from './unsubscribe-page';

/** In whose name it is recorded: the customer's, who is nobody that the service knows. */
const ONE_CLICK: Principal = { id: 'one-click', role: 'worker', via: 'token' };

/** Where a customer unsubscribes: from the List-Unsubscribe header of a mail, or by a link. Whoever has the link may. */
@Public()
@Controller('unsubscribe')
export class UnsubscribeController {
  constructor(
    private readonly links: UnsubscribeLinks,
    private readonly suppressions: SuppressionsService,
  ) {}

  /** A page with one button. To open it changes nothing: programs that look at links in mails open them too. */
  @Get(':token')
  @Refuses('not-found')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', PAGE_POLICY)
  @ApiProduces('text/html')
  @ApiOkResponse({ schema: { type: 'string' } })
  ask(@Param('token') token: string): string {
    return askPage(this.named(token).channel);
  }

  /**
   * Unsubscribe the customer from the channel that the link names (RFC 8058): a suppression with the reason `unsubscribed` and the source
   * `one-click`. The body is not looked at. Repeating it changes nothing.
   */
  @Post(':token')
  @HttpCode(200)
  @Refuses('not-found', 'database-unavailable', 'database-busy', 'statement-too-slow')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', PAGE_POLICY)
  @ApiProduces('text/html')
  @ApiOkResponse({ schema: { type: 'string' } })
  unsubscribe(@Param('token') token: string, @Once() once: Once): Promise<string> {
    const { userId, channel } = this.named(token);
    const suppression = { user_id: userId, channel, reason: 'unsubscribed', source: 'one-click' } as const;
    return once(async (database, changed) => {
      await this.suppressions.suppress(suppression, ONE_CLICK, database, changed);
      return donePage(channel);
    });
  }

  /** @throws Problem not-found */
  private named(token: string): Unsubscription {
    const named = this.links.read(token);
    if (!named) throw new Problem('not-found', 'This link does not unsubscribe anybody: open it as it stands in the mail.');
    return named;
  }
}
