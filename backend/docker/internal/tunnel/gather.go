package tunnel

import (
	"encoding/binary"
	"net"
	"sync"
	"time"
)

const (
	// holdFor is how long the frame that begins a stream waits for one to go with.
	holdFor = time.Millisecond
	// mostHeld bounds them.
	mostHeld = 4 << 10
)

// gathered is a connection on which frames that begin streams go with what follows: a message of
// its own takes its time on the way, through the engine, and nothing waits for them alone.
type gathered struct {
	net.Conn
	mu   sync.Mutex
	held []byte
	late *time.Timer
}

func newGathered(conn net.Conn) *gathered {
	g := &gathered{Conn: conn}
	g.late = time.AfterFunc(holdFor, g.flush)
	return g
}

func (g *gathered) Write(b []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case begins(b) && len(g.held) < mostHeld:
		if len(g.held) == 0 {
			g.late.Reset(holdFor)
		}
		g.held = append(g.held, b...)
		return len(b), nil
	case len(g.held) == 0:
		return g.Conn.Write(b)
	}
	before := len(g.held)
	n, err := g.Conn.Write(append(g.held, b...))
	g.held = g.held[:0]
	return max(0, n-before), err
}

// flush sends what nothing has followed. The next write returns its error as well.
func (g *gathered) flush() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.held) > 0 {
		_, _ = g.Conn.Write(g.held)
		g.held = g.held[:0]
	}
}

// begins reports whether bytes are a frame that opens or accepts a stream, and nothing else.
// Source: yamux's specification, framing.
func begins(b []byte) bool {
	const (
		size, windowUpdate   = 12, 1
		syn, ack, fin, reset = 1, 2, 4, 8
	)
	if len(b) != size || b[1] != windowUpdate {
		return false
	}
	flags := binary.BigEndian.Uint16(b[2:4])
	return flags&(syn|ack) != 0 && flags&(fin|reset) == 0
}
