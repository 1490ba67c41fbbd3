import { format } from 'date-fns';

export function money(cents: number, currency = 'EUR'): string {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(cents / 100);
}

export function shortDate(d: Date): string {
  return format(d, 'dd MMM');
}

export function total(lines: { cents: number; count: number }[]): number {
  return lines.reduce((sum, l) => sum + l.cents * l.count, 0);
}
