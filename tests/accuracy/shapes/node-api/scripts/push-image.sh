#!/bin/sh
set -eu
docker build -t "registry.example.com/tallybook:$1" .
docker push "registry.example.com/tallybook:$1"
