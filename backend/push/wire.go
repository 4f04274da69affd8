package push

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
)

// What goes over a stream between a [Client], which knows what should be, and a [Server],
// where the data plane runs: lines of JSON. The stream may be the standard input and output of a
// container, which outlives its clients: one that was killed may have left half a line, and its
// answers come to the next one. So a client begins with a greeting, and what
// comes before the answer to that is not for it.

// request is a line of a client. Each gets an answer, in order, but for that to Drain, which comes when there is nothing
// more to wait for.
type request[P Piece[P, K], K Key[K]] struct {
	Number int64
	Hello  string `json:",omitempty"` // a random word of this client
	Set    *P     `json:",omitempty"`
	Remove *K     `json:",omitempty"`
	Settle bool   `json:",omitempty"`
	Count  bool   `json:",omitempty"`
	Drain  bool   `json:",omitempty"`
}

// answer is a line of a server: the answer to a request, or news.
type answer[P Piece[P, K], K Key[K], N News[N, K], C any] struct {
	Number int64                `json:",omitempty"`
	Hello  string               `json:",omitempty"`
	Has    []AppliedPiece[P, K] `json:",omitempty"` // to Hello
	Error  string               `json:",omitempty"` // why a piece is not in place
	News   []N                  `json:"Health,omitempty"`
	Counts *C                   `json:",omitempty"` // to Count
}

// AppliedPiece is a piece that a server has applied.
type AppliedPiece[P Piece[P, K], K Key[K]] struct {
	Key     K
	Version int64
	Digest  string // see digest; empty where a later version was refused, and what is left of it is not known
}

// Says reports whether the piece has the same content, in any version.
func (h AppliedPiece[P, K]) Says(p P) bool { return h.Digest == digest(p) }

// digest is equal for pieces of equal content.
func digest[P Piece[P, K], K Key[K]](p P) string {
	text, err := json.Marshal(p.Content())
	if err != nil { // an address that is none; Set says so
		text = fmt.Append(nil, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// longestLine is more than any piece and any report takes.
const longestLine = 8 << 20

// newLines reads lines. Callers skip what is no JSON.
func newLines(from io.Reader) *bufio.Scanner {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, longestLine)
	return lines
}

// writeLine writes a line with a break before it, which ends half a line of a client that was killed.
func writeLine(to io.Writer, line any) error {
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	_, err = to.Write(bytes.Join([][]byte{nil, text, nil}, []byte("\n")))
	return err
}
