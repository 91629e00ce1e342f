import type { Repository } from 'typeorm';
import { Problem } from '../common/problem';
import { byId } from '../common/table';
import type { Segment } from './segment.entity';

/** @throws Problem segment-not-found */
export async function segmentById(segments: Repository<Segment>, id: string): Promise<Segment> {
  const segment = await byId(segments, id);
  if (!segment) throw noSuchSegment(id);
  return segment;
}

export const noSuchSegment = (id: string) => new Problem('segment-not-found', `There is no segment ${id}.`);
