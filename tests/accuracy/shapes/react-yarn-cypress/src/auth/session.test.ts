import { expect, it } from 'vitest';
import { parseSession } from './session';

const valid = JSON.stringify({ user: 'ada', orchard: 'North', expires: 2000 });

it('reads a session', () => {
  expect(parseSession(valid, 1000)?.user).toBe('ada');
});

it('drops an expired session', () => {
  expect(parseSession(valid, 2000)).toBeNull();
});

it('throws on broken json', () => {
  expect(() => parseSession('{', 0)).toThrow(SyntaxError);
});
