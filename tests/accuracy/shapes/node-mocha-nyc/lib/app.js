'use strict';

const express = require('express');
const { requireUser } = require('./auth');
const { transfer, balance } = require('./ledger');

module.exports = function app(db) {
  const a = express();
  a.use(express.json());
  a.get('/healthz', (_req, res) => res.send('ok'));
  a.use(requireUser);
  a.get('/accounts/:id', async (req, res) => {
    const b = await balance(db, req.params.id);
    if (b === null) return res.status(404).end();
    res.json({ balance: b });
  });
  a.post('/transfers', async (req, res) => {
    const { from, to, cents } = req.body;
    try {
      res.status(201).json(await transfer(db, from, to, cents));
    } catch (e) {
      res.status(422).json({ error: e.message });
    }
  });
  return a;
};
