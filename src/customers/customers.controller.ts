import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { AnswersPage, Refuses } from '../common/api-docs';
import { ListQuery } from '../common/list.dto';
import { CustomerId } from '../common/params';
import { CustomerProfileView, CustomersQuery, CustomerView, CustomerPurchaseView, RevealQuery } from './customer.dto';
import { CustomersService } from './customers.service';

@Controller('customers')
export class CustomersController {
  constructor(private readonly customers: CustomersService) {}

  /** List customers by id, or look for one by id or by the beginning of the address. */
  @Get()
  @AnswersPage({ type: CustomerView })
  list(@Query() query: CustomersQuery) {
    return this.customers.list(query);
  }

  /** Get a customer, with what they bought in figures. */
  @Get(':user_id')
  @Refuses('customer-not-found')
  @ApiOkResponse({ type: CustomerProfileView })
  get(@CustomerId() id: string, @Query() query: RevealQuery) {
    return this.customers.get(id, query);
  }

  /** What a customer bought, newest first. */
  @Get(':user_id/purchases')
  @Refuses('customer-not-found')
  @AnswersPage({ type: CustomerPurchaseView })
  purchases(@CustomerId() id: string, @Query() query: ListQuery) {
    return this.customers.purchases(id, query);
  }
}
