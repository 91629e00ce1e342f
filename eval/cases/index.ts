import type { Case } from './case';
import { catalan } from './catalan';
import { english } from './english';
import { spanish } from './spanish';

export const cases: readonly Case[] = [...english, ...spanish, ...catalan];
