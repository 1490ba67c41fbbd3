// Reads a log made by refgate with the reference implementation of signed notes and transparency logs
// (golang.org/x/mod/sumdb): opens the checkpoint, computes the root again, checks the inclusion of some entries, the
// consistency of half the log with the whole, and a proof file written by refgate.
//
// usage: tlog_check DIR [PROOF]
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error, what string) {
	if err != nil {
		log.Fatalf("%s: %v", what, err)
	}
}

func read(dir, name string) []byte {
	b, err := os.ReadFile(filepath.Join(dir, name))
	must(err, "read")
	return b
}

type checkpoint struct {
	origin string
	size   int64
	root   tlog.Hash
}

func openCheckpoint(text []byte, v note.Verifier) checkpoint {
	n, err := note.Open(text, note.VerifierList(v))
	must(err, "note.Open")
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		log.Fatalf("checkpoint of %d lines", len(lines)-1)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "size")
	root, err := tlog.ParseHash(lines[2])
	must(err, "root")
	return checkpoint{lines[0], size, root}
}

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = h[x]
	}
	return out, nil
}

// The proof file of c2sp.org/tlog-proof: head, index, hashes, empty line, checkpoint.
func checkProof(file string, v note.Verifier, entries [][]byte) {
	text, err := os.ReadFile(file)
	must(err, "proof")
	head, cp, ok := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		log.Fatalf("proof file of another form")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	must(err, "index")
	var p tlog.RecordProof
	for _, l := range lines[2:] {
		b, err := base64.StdEncoding.DecodeString(l)
		must(err, "hash")
		var h tlog.Hash
		if copy(h[:], b) != tlog.HashSize || len(b) != tlog.HashSize {
			log.Fatalf("hash of %d bytes", len(b))
		}
		p = append(p, h)
	}
	c := openCheckpoint([]byte(cp), v)
	must(tlog.CheckRecord(p, c.size, c.root, index, tlog.RecordHash(entries[index])), "refgate's own proof")
}

func main() {
	log.SetFlags(0)
	dir := os.Args[1]
	v, err := note.NewVerifier(strings.TrimSpace(string(read(dir, "log.vkey"))))
	must(err, "note.NewVerifier")
	c := openCheckpoint(read(dir, "checkpoint"), v)
	if c.origin != v.Name() {
		log.Fatalf("origin %q, key name %q", c.origin, v.Name())
	}

	entries := bytes.Split(bytes.TrimSuffix(read(dir, "log.jsonl"), []byte("\n")), []byte("\n"))
	if int64(len(entries)) != c.size {
		log.Fatalf("%d lines, %d in the checkpoint", len(entries), c.size)
	}
	var store hashes
	for i, e := range entries {
		h, err := tlog.StoredHashes(int64(i), e, store)
		must(err, "tlog.StoredHashes")
		store = append(store, h...)
	}
	root, err := tlog.TreeHash(c.size, store)
	must(err, "tlog.TreeHash")
	if root != c.root {
		log.Fatalf("root %v, checkpoint says %v", root, c.root)
	}

	for _, i := range []int64{0, 1, c.size / 3, c.size / 2, c.size - 1} {
		p, err := tlog.ProveRecord(c.size, i, store)
		must(err, "tlog.ProveRecord")
		must(tlog.CheckRecord(p, c.size, c.root, i, tlog.RecordHash(entries[i])), "tlog.CheckRecord")
	}
	half := c.size / 2
	old, err := tlog.TreeHash(half, store)
	must(err, "tlog.TreeHash")
	p, err := tlog.ProveTree(c.size, half, store)
	must(err, "tlog.ProveTree")
	must(tlog.CheckTree(p, c.size, c.root, half, old), "tlog.CheckTree")
	if len(os.Args) > 2 {
		checkProof(os.Args[2], v, entries)
	}
	fmt.Printf("%d entries\n", c.size)
}
