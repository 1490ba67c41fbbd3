'use strict';

async function balance(db, id) {
  const { rows } = await db.query('SELECT balance FROM accounts WHERE id = $1', [id]);
  return rows.length ? Number(rows[0].balance) : null;
}

async function transfer(db, from, to, cents) {
  if (!Number.isInteger(cents) || cents <= 0) throw new RangeError('cents must be a positive integer');
  if (from === to) throw new Error('same account');
  const has = await balance(db, from);
  if (has === null) throw new Error('no such account');
  if (has < cents) throw new Error('not enough money');
  await db.query('SELECT move_money($1, $2, $3)', [from, to, cents]);
  return { from, to, cents };
}

module.exports = { balance, transfer };
