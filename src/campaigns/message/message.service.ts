import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Problem } from '../../common/problem';
import { rows, sql } from '../../common/sql';
import { RenderingService } from '../../notifications/rendering.service';
import { CampaignsService } from '../campaigns.service';
import type { RenderedMessageView } from './message.dto';

@Injectable()
export class MessageService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly campaigns: CampaignsService,
    private readonly rendering: RenderingService,
  ) {}

  /**
   * What a customer would read if the campaign as it is were sent to him now, whether or not he is in its audience.
   * @throws Problem campaign-not-found, customer-not-found
   */
  async render(campaignId: string, userId: string): Promise<RenderedMessageView> {
    const { title, message } = (await this.campaigns.get(campaignId)).body;
    const [customer] = await rows<{ user_id: string }>(
      this.database,
      sql`SELECT id AS user_id FROM users WHERE id = ${userId}::uuid`,
    );
    if (!customer) throw new Problem('customer-not-found', `There is no customer ${userId}.`);
    const [rendered] = await this.rendering.render([{ ...customer, title, message }]);
    return rendered;
  }
}
