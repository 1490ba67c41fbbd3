import jwt from 'jsonwebtoken';

export interface Claims {
  sub: string;
  scope: string[];
}

export function verifyToken(token: string, key: string): Claims {
  const claims = jwt.verify(token, key, { algorithms: ['RS256'], issuer: 'tallybook' });
  if (typeof claims === 'string' || !claims.sub) {
    throw new Error('not a user token');
  }
  return claims as Claims;
}

export function requireScope(claims: Claims, scope: string): void {
  if (!claims.scope.includes(scope)) {
    throw new Error(`missing scope ${scope}`);
  }
}
