import { useState } from 'react';
import { OrderTable } from './orders/OrderTable';
import { useSession } from './auth/session';

export function App() {
  const [query, setQuery] = useState('');
  const session = useSession();
  if (!session) return <a href="/login">Sign in</a>;
  return (
    <main>
      <h1>Orders of {session.orchard}</h1>
      <input value={query} onChange={(e) => setQuery(e.target.value)} placeholder="Search" />
      <OrderTable query={query} />
    </main>
  );
}
