export interface Session {
  user: string;
  orchard: string;
  expires: number;
}

export function parseSession(raw: string | null, now: number): Session | null {
  if (!raw) return null;
  const s = JSON.parse(raw) as Session;
  if (s.expires <= now) return null;
  return s;
}

export function useSession(): Session | null {
  return parseSession(sessionStorage.getItem('session'), Date.now());
}
