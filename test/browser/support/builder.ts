import type { Locator, Page } from 'playwright-core';

/** Does in the segment builder what somebody does with mouse and keyboard. */
export class Builder {
  constructor(readonly page: Page) {}

  /** The part at a place of the rule: `1`, or `2.1` within the group that is the second. */
  part = (place: string): Locator => this.page.getByRole('region', { name: `Part ${place}`, exact: true });

  group = (place: string): Locator => this.page.getByRole('group', { name: `Group ${place}`, exact: true });

  /** The number of customers it shows, once that is of the rule as it is now. */
  async count(): Promise<number> {
    const status = this.page.getByRole('status').filter({ hasText: /of all active ones/ });
    await status.waitFor({ state: 'attached' });
    return Number((await status.textContent())?.replace(/ customers?,.*/, '').replaceAll(',', ''));
  }

  name = (text: string): Promise<void> => this.page.getByRole('textbox', { name: 'Name', exact: true }).fill(text);

  async addCondition(part: Locator, label: string): Promise<void> {
    await part.getByRole('combobox', { name: 'Add a condition' }).click();
    await this.option(label).click();
  }

  /** To the rule itself, or to a group within it. */
  async add(kind: 'Conditions' | 'Group', group?: Locator): Promise<void> {
    await (group ?? this.page)
      .getByRole('button', { name: group ? 'Add to this group' : 'Add to the rule' })
      .last()
      .click();
    await this.page.getByRole('menuitem', { name: new RegExp(`^${kind}`) }).click();
  }

  /** Chooses one of the values that the data offers. */
  async choose(field: Locator, value: string): Promise<void> {
    await field.click();
    await this.option(value).click();
  }

  save = (): Promise<void> => this.page.getByRole('button', { name: /^Save (segment|changes)$/ }).click();

  private option = (text: string): Locator =>
    this.page.getByRole('option').filter({ hasText: text }).filter({ visible: true }).first();
}
