import { balance, transfer } from '../src/ledger';

describe('ledger', () => {
  it('sums entries', () => {
    expect(balance([{ account: 'a', cents: 150 }, { account: 'a', cents: -50 }])).toBe(100);
  });

  it('moves the same amount out and in', () => {
    const [out, into] = transfer('a', 'b', 1250);
    expect(out).toEqual({ account: 'a', cents: -1250 });
    expect(into).toEqual({ account: 'b', cents: 1250 });
  });

  it('refuses amounts that are not positive integers', () => {
    expect(() => transfer('a', 'b', 0)).toThrow(RangeError);
    expect(() => transfer('a', 'b', 1.5)).toThrow(RangeError);
    expect(() => transfer('a', 'b', -3)).toThrow('positive integer');
  });
});
