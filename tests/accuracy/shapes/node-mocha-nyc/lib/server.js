'use strict';

const { Pool } = require('pg');
const app = require('./app');

app(new Pool()).listen(Number(process.env.PORT || 8080));
