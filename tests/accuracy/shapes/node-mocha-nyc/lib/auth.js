'use strict';

const jwt = require('jsonwebtoken');

const KEY = process.env.LEDGER_PUBLIC_KEY;

exports.requireUser = function requireUser(req, res, next) {
  const header = req.get('authorization') || '';
  const token = header.replace(/^Bearer /, '');
  try {
    req.user = jwt.verify(token, KEY, { algorithms: ['RS256'], issuer: 'https://id.ledger.example' });
  } catch (_e) {
    return res.status(401).end();
  }
  next();
};
