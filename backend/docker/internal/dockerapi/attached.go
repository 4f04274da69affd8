package dockerapi

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync"

	"github.com/moby/moby/client"
)

// Attached is the standard input and output of a container as a connection.
type Attached struct {
	net.Conn
	from *bufio.Reader
	left int // of the output that is being read
	// Heard is told what it says on standard error, unless it is nil.
	Heard func(text string)

	mu   sync.Mutex
	said []byte // on standard error
}

// NewAttached returns the connection of a stream that Client.Attach has opened.
func NewAttached(stream client.HijackedResponse) *Attached {
	return &Attached{Conn: stream.Conn, from: stream.Reader}
}

// Read takes what comes on standard output out of the engine's frames.
// Source: Docker Engine API, "attach to a container", stream format.
func (a *Attached) Read(b []byte) (int, error) {
	for a.left == 0 {
		var head [8]byte
		if _, err := io.ReadFull(a.from, head[:]); err != nil {
			return 0, err
		}
		size := int(binary.BigEndian.Uint32(head[4:]))
		if head[0] == 1 {
			a.left = size
			continue
		}
		if err := a.listen(size); err != nil {
			return 0, err
		}
	}
	n, err := a.from.Read(b[:min(len(b), a.left)])
	a.left -= n
	return n, err
}

// mostComplaint bounds what is kept of standard error.
const mostComplaint = 4 << 10

func (a *Attached) listen(size int) error {
	text, err := io.ReadAll(io.LimitReader(a.from, int64(size)))
	if a.Heard != nil {
		a.Heard(strings.TrimSpace(string(text)))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.said = append(a.said, text...)
	a.said = a.said[max(0, len(a.said)-mostComplaint):]
	return err
}

// Complaint is the latest of what it said on standard error.
func (a *Attached) Complaint() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return string(a.said)
}
