package control

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// What goes over a stream between a [Client], which knows what should be, and a [Server],
// where the data plane runs: lines of JSON. The stream may be the standard input and output of a
// container, which outlives its clients: one that was killed may have left half a line, and its
// answers come to the next one. So a client begins with a greeting, and what
// comes before the answer to that is not for it.

// request is a line of a client. Each gets an answer, in order.
type request struct {
	Number int64
	Hello  string          `json:",omitempty"` // a random word of this client
	Set    *balancer.Piece `json:",omitempty"`
	Remove *balancer.Key   `json:",omitempty"`
	Settle bool            `json:",omitempty"`
	Count  bool            `json:",omitempty"`
}

// answer is a line of a server: the answer to a request, or news of targets.
type answer struct {
	Number int64             `json:",omitempty"`
	Hello  string            `json:",omitempty"`
	Has    []AppliedPiece    `json:",omitempty"` // to Hello
	Error  string            `json:",omitempty"` // why a piece is not in place
	Health []balancer.Health `json:",omitempty"`
	Counts *balancer.Counts  `json:",omitempty"` // to Count
}

// AppliedPiece is a piece that a server has applied.
type AppliedPiece struct {
	Key     balancer.Key
	Version int64
	Digest  string // see digest; empty where a later version was refused, and what is left of it is not known
}

// Says reports whether the piece has the same content, in any version.
func (h AppliedPiece) Says(p balancer.Piece) bool { return h.Digest == digest(p) }

// digest is equal for pieces of equal content.
func digest(p balancer.Piece) string {
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
