import { z } from 'zod';

export const Entry = z.object({
  account: z.string().min(1),
  cents: z.number().int(),
  memo: z.string().max(140).optional(),
});
export type Entry = z.infer<typeof Entry>;

export function balance(entries: Entry[]): number {
  return entries.reduce((sum, e) => sum + e.cents, 0);
}

export function transfer(from: string, to: string, cents: number): [Entry, Entry] {
  if (!Number.isInteger(cents) || cents <= 0) {
    throw new RangeError('cents must be a positive integer');
  }
  return [
    { account: from, cents: -cents },
    { account: to, cents },
  ];
}
