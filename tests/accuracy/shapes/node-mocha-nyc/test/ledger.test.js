'use strict';

const assert = require('assert').strict;
const { balance, transfer } = require('../lib/ledger');

function fakeDb(accounts) {
  const calls = [];
  return {
    calls,
    async query(sql, args) {
      calls.push(sql);
      if (sql.startsWith('SELECT balance')) {
        return { rows: args[0] in accounts ? [{ balance: String(accounts[args[0]]) }] : [] };
      }
      return { rows: [] };
    },
  };
}

describe('ledger', () => {
  describe('balance', () => {
    it('is a number', async () => {
      assert.equal(await balance(fakeDb({ a: 12 }), 'a'), 12);
    });
    it('is null without an account', async () => {
      assert.equal(await balance(fakeDb({}), 'a'), null);
    });
  });

  describe('transfer', () => {
    it('moves the money', async () => {
      const db = fakeDb({ a: 100, b: 0 });
      assert.deepEqual(await transfer(db, 'a', 'b', 40), { from: 'a', to: 'b', cents: 40 });
      assert.equal(db.calls.length, 2);
    });
    it('refuses more than there is', async () => {
      await assert.rejects(transfer(fakeDb({ a: 10 }), 'a', 'b', 11), /not enough money/);
    });
    it('refuses fractions', async () => {
      await assert.rejects(transfer(fakeDb({ a: 10 }), 'a', 'b', 0.5), RangeError);
    });
    it('refuses the same account', async () => {
      await assert.rejects(transfer(fakeDb({ a: 10 }), 'a', 'a', 1), /same account/);
    });
  });
});
