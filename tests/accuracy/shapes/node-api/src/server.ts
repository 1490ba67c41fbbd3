import express from 'express';
import pino from 'pino';
import { Entry, balance } from './ledger';
import { verifyToken, requireScope } from './auth/token';

const log = pino({ level: process.env.LOG_LEVEL ?? 'info' });
export const app = express();
const book: Entry[] = [];

app.use(express.json());
app.use((req, res, next) => {
  try {
    const claims = verifyToken((req.headers.authorization ?? '').slice(7), process.env.PUBLIC_KEY ?? '');
    requireScope(claims, 'ledger:write');
    next();
  } catch (e) {
    log.warn({ err: e }, 'refused');
    res.status(401).end();
  }
});
app.post('/entries', (req, res) => {
  const entry = Entry.parse(req.body);
  book.push(entry);
  res.status(201).json({ balance: balance(book) });
});
