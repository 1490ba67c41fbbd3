#!/bin/sh
set -eu
env=${1:?environment}
python -m build --wheel
rsync -a dist/ "deploy@$env.parcelhub.example:/srv/parcelhub/wheels/"
