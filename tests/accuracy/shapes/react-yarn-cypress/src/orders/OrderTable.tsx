import { useQuery } from '@tanstack/react-query';
import { money } from './format';

export function OrderTable({ query }: { query: string }) {
  const { data = [] } = useQuery({
    queryKey: ['orders', query],
    queryFn: () => fetch(`/api/orders?q=${encodeURIComponent(query)}`).then((r) => r.json()),
  });
  return (
    <table>
      <tbody>
        {data.map((o: { id: string; cents: number }) => (
          <tr key={o.id}>
            <td>{o.id}</td>
            <td>{money(o.cents)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
