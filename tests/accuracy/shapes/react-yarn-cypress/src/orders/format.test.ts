import { describe, expect, it } from 'vitest';
import { money, shortDate, total } from './format';

describe('money', () => {
  it('formats cents as euros', () => {
    expect(money(1250)).toBe('€12.50');
  });

  it('takes another currency', () => {
    expect(money(99, 'USD')).toBe('$0.99');
  });
});

describe('shortDate', () => {
  it('has no year', () => {
    expect(shortDate(new Date(2024, 4, 3))).toBe('03 May');
  });
});

describe('total', () => {
  it('multiplies by the count', () => {
    expect(total([{ cents: 100, count: 2 }, { cents: 50, count: 1 }])).toEqual(250);
  });

  it('is zero for an empty order', () => {
    expect(total([])).toEqual(0);
  });
});
