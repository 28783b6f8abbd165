#!/bin/sh
# The small project whose pages are compared as pictures: sh project.sh FOLDER LOFI... (the command that is lofi). Its report is in
# FOLDER/reports.
set -eu
folder=$1
shift
root=$(cd "$(dirname "$0")/../.." && pwd)
rm -rf "$folder/studies" "$folder/reports"
mkdir -p "$folder/studies/demo" "$folder/studies/kinds"
[ -e "$folder/datasets" ] || ln -s "$root/datasets" "$folder/datasets"
[ -e "$folder/docs" ] || ln -s "$root/docs" "$folder/docs"
cp "$root/tests/studies/demo/tiny.yaml" "$folder/studies/demo/"
cp "$root/tests/studies/kinds/figures.yaml" "$folder/studies/kinds/"
# a study of which nothing is there
sed -e 's|^study: demo/tiny|study: demo/unfinished|' -e 's|^title: .*|title: A study that nobody has run|' -e 's|width: 16|width: 17|' \
  "$root/tests/studies/demo/tiny.yaml" > "$folder/studies/demo/unfinished.yaml"
unset LOFI_DATA LOFI_STORE LOFI_PROFILE
"$@" run demo/tiny kinds/figures --studies "$folder/studies" --quiet
"$@" report --studies "$folder/studies" --quiet
