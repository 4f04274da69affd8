package balancer

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
)

// What goes over a stream between a [Session], which knows what should be, and a [Station],
// where a balancer runs: lines of JSON. The stream may be the standard input and output of a
// container, which outlives those who talk to it: one that was killed may have left half a
// line, and its answers come to the next one. So a session begins with a greeting, and what
// comes before the answer to that is not for it.

// request is a line of a session. Each is answered, in their order.
type request struct {
	Number int64
	Hello  string `json:",omitempty"` // a word that nobody else says
	Set    *Piece `json:",omitempty"`
	Remove *Key   `json:",omitempty"`
	Settle bool   `json:",omitempty"`
}

// answer is a line of a station: to a request, or about targets.
type answer struct {
	Number int64    `json:",omitempty"`
	Hello  string   `json:",omitempty"`
	Has    []Held   `json:",omitempty"` // to Hello
	Error  string   `json:",omitempty"` // why a piece is not in place
	Health []Health `json:",omitempty"`
}

// Held is a piece that a station has.
type Held struct {
	Key     Key
	Version int64
	Digest  string // see digest; empty where a later version was refused, and what is left of it is not known
}

// Says reports whether it is what a piece says, whatever its version.
func (h Held) Says(p Piece) bool { return h.Digest == digest(p) }

// digest is the same for pieces that say the same.
func digest(p Piece) string {
	p.Version = 0
	if p.Target != nil {
		t := *p.Target
		t.Healthy = false // it is of the past, and means nothing for one that is in place
		p.Target = &t
	}
	text, err := json.Marshal(p)
	if err != nil { // an address that is none; Set says so
		text = fmt.Append(nil, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// longestLine is more than any piece and any report takes.
const longestLine = 8 << 20

// newLines reads lines. What is no JSON is nobody's.
func newLines(from io.Reader) *bufio.Scanner {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, longestLine)
	return lines
}

// writeLine writes a line with a break before it, which ends what somebody else may have begun.
func writeLine(to io.Writer, line any) error {
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	_, err = to.Write(bytes.Join([][]byte{nil, text, nil}, []byte("\n")))
	return err
}
