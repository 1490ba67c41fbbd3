import jwt from 'jsonwebtoken';
import { generateKeyPairSync } from 'crypto';
import { verifyToken, requireScope } from '../src/auth/token';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pub = publicKey.export({ type: 'spki', format: 'pem' }).toString();

describe('verifyToken', () => {
  it('accepts a token of ours', () => {
    const t = jwt.sign({ scope: ['ledger:write'] }, privateKey, { algorithm: 'RS256', issuer: 'tallybook', subject: 'u1' });
    expect(verifyToken(t, pub).sub).toBe('u1');
  });

  it('refuses another issuer', () => {
    const t = jwt.sign({ scope: [] }, privateKey, { algorithm: 'RS256', issuer: 'somebody', subject: 'u1' });
    expect(() => verifyToken(t, pub)).toThrow(/issuer/);
  });

  it('refuses a missing scope', () => {
    expect(() => requireScope({ sub: 'u1', scope: ['ledger:read'] }, 'ledger:write')).toThrow('missing scope');
  });
});
