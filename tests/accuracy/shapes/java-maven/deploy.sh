#!/bin/sh
set -eu
mvn -B -DskipTests package
scp target/orders.jar deploy@orders.example.com:/srv/orders/
