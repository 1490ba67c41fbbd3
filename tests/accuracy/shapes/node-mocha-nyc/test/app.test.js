'use strict';

const request = require('supertest');
const app = require('../lib/app');

describe('app', () => {
  it('is healthy without a token', async () => {
    await request(app({})).get('/healthz').expect(200, 'ok');
  });
  it('asks for a token', async () => {
    await request(app({})).get('/accounts/1').expect(401);
  });
  it('refuses a broken token', async () => {
    await request(app({})).get('/accounts/1').set('authorization', 'Bearer x').expect(401);
  });
});
