package resolver

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// crowd is connections to a server from addresses of this host.
type crowd struct {
	*testing.T
	server string
}

func (c crowd) connect(from string) net.Conn {
	c.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	conn, err := dialer.DialContext(c.Context(), "tcp", c.server)
	if err != nil {
		c.Fatal(err)
	}
	c.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	return conn
}

func (c crowd) ask(conn net.Conn, name string) {
	c.Helper()
	message := question(c, name, dnsmessage.TypeA, 0)
	_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...)) // the read fails if this has
}

func answered(conn net.Conn) bool {
	var length [2]byte
	_, err := io.ReadFull(conn, length[:])
	return err == nil
}

// One client that holds connections keeps others from none, and itself from no new one. Those that wait for an answer stay.
func TestClientsThatHoldConnectionsMakeRoom(t *testing.T) {
	asked, goOn := make(chan struct{}), make(chan struct{})
	c := crowd{t, serve(t, &Server{Table: NewTable(), Upstream: func(ctx context.Context, _ string, message []byte) ([]byte, error) {
		if m := unpack(t, message); m.Questions[0].Name.String() != "slow.example." {
			return message, nil
		}
		close(asked)
		<-goOn
		return message, nil
	}})}
	waits := c.connect("127.0.0.1")
	c.ask(waits, "slow.example.")
	<-asked
	var held []net.Conn
	for range 2 * mostClients {
		held = append(held, c.connect("127.0.0.1"))
	}
	for _, from := range []string{"127.0.0.2", "127.0.0.1"} {
		conn := c.connect(from)
		c.ask(conn, "fast.example.")
		if !answered(conn) {
			t.Errorf("a client at %s has no answer", from)
		}
	}
	close(goOn)
	if !answered(waits) {
		t.Error("a client that waited for an answer was cut off")
	}
	if answered(held[0]) {
		t.Error("the connection that was idle the longest has an answer to no question")
	}
}

func TestThereIsABoundOfAllClients(t *testing.T) {
	all := &clients{all: map[*client]struct{}{}}
	enter := func(n int) *client {
		near, far := net.Pipe()
		t.Cleanup(func() { _, _ = near.Close(), far.Close() })
		return all.enter(comingFrom{near, &net.TCPAddr{IP: net.IPv4(10, 0, 0, byte(n))}})
	}
	first := enter(0)
	for n := 1; n < mostClients; n++ {
		enter(n % 200).is(true)
	}
	if enter(201) == nil || len(all.all) != mostClients {
		t.Errorf("%d are connected", len(all.all))
	}
	if _, stays := all.all[first]; stays {
		t.Error("the idle one stays")
	}
	for c := range all.all {
		c.is(true)
	}
	if enter(202) != nil {
		t.Error("one is let in where all are busy")
	}
	for c := range all.all {
		c.leave()
	}
	if len(all.all) != 0 {
		t.Errorf("%d are left", len(all.all))
	}
}

// comingFrom is a connection from an address.
type comingFrom struct {
	net.Conn
	from net.Addr
}

func (a comingFrom) RemoteAddr() net.Addr { return a.from }
