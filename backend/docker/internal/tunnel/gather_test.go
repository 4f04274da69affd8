package tunnel

import (
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libp2p/go-yamux/v5"
)

// counted counts the messages that are sent.
type counted struct {
	net.Conn
	mu   sync.Mutex
	sent int
}

func (c *counted) Write(b []byte) (int, error) {
	c.mu.Lock()
	c.sent++
	c.mu.Unlock()
	return c.Conn.Write(b)
}

func (c *counted) messages() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sent
}

// countedPair is both ends of a session, and what they send.
func countedPair(t *testing.T) (near, far *yamux.Session, here, there *counted) {
	t.Helper()
	a, b := net.Pipe()
	here, there = &counted{Conn: a}, &counted{Conn: b}
	near, err := Near(here)
	if err != nil {
		t.Fatal(err)
	}
	if far, err = Far(there); err != nil {
		t.Fatal(err)
	}
	return near, far, here, there
}

// A request takes one message, and its answer another.
func TestAStreamBeginsWithWhatItCarries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far, here, there := countedPair(t)
		defer func() { _, _ = near.Close(), far.Close() }()
		synctest.Wait()
		asked, answered := there.messages(), here.messages()
		stream, err := far.OpenStream(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		from := netip.MustParseAddrPort("10.0.0.9:41234")
		if err := Announce(stream, Caller{from, from}, []byte("a request")); err != nil {
			t.Fatal(err)
		}
		other, err := near.AcceptStream()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := AwaitCaller(other); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(other, make([]byte, len("a request"))); err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(other, "answer")
		if _, err := io.ReadFull(stream, make([]byte, len("answer"))); err != nil {
			t.Fatal(err)
		}
		if n := there.messages() - asked; n != 1 {
			t.Errorf("the request takes %d messages", n)
		}
		if n := here.messages() - answered; n != 1 {
			t.Errorf("the answer takes %d messages", n)
		}
	})
}

// One that carries nothing yet begins all the same, a little later.
func TestAStreamBeginsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far, _, _ := countedPair(t)
		defer func() { _, _ = near.Close(), far.Close() }()
		synctest.Wait()
		began := time.Now()
		if _, err := far.OpenStream(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := near.AcceptStream(); err != nil || time.Since(began) != holdFor {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}

func TestWhichFramesBeginStreams(t *testing.T) {
	for frame, want := range map[string]bool{
		"\x00\x01\x00\x01\x00\x00\x00\x02\x00\x00\x00\x00":  true,  // opens one
		"\x00\x01\x00\x02\x00\x00\x00\x02\x00\x0c\x00\x00":  true,  // accepts one
		"\x00\x01\x00\x00\x00\x00\x00\x02\x00\x0c\x00\x00":  false, // makes room
		"\x00\x01\x00\x05\x00\x00\x00\x02\x00\x00\x00\x00":  false, // ends one
		"\x00\x01\x00\x09\x00\x00\x00\x02\x00\x00\x00\x00":  false, // resets one
		"\x00\x02\x00\x01\x00\x00\x00\x00\x00\x00\x00\x07":  false, // asks for a sign of life
		"\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x01a": false, // carries something
	} {
		if got := begins([]byte(frame)); got != want {
			t.Errorf("%q: %v", frame, got)
		}
	}
}
