import { createHash, randomUUID } from 'node:crypto';

/** Whether a campaign keeps this customer out, computed here: a hash of both, as a share of all there are. */
export const isHeldOut = (campaign: string, customer: string, percent: number): boolean =>
  createHash('sha256').update(`${campaign}${customer}`).digest().readUIntBE(0, 3) < (percent / 100) * 2 ** 24;

/** A new id of a customer whom the campaign keeps out, or does not. */
export function idThatIs(heldOut: boolean, campaign: string, percent: number): string {
  for (;;) {
    const id = randomUUID();
    if (isHeldOut(campaign, id, percent) === heldOut) return id;
  }
}
