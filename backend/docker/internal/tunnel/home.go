package tunnel

import (
	"context"
	"crypto/subtle"
	"errors"
	"io"
	"net"
	"time"

	"github.com/libp2p/go-yamux/v5"
)

const (
	// HomeKey is the relay's variable with what a client of HomePort has to say first.
	HomeKey = "ECS_EMULATOR_RELAY_KEY"
	// HomePort is where the relay is connected to.
	HomePort = "51680"
	// homeTimeout bounds a connection and what is said first: both ends are on one machine, which may
	// have much to do.
	homeTimeout = 5 * time.Second
)

// welcomed is the answer to the key.
const welcomed = '!'

// Direct begins a session with a relay at an address, past the engine. An error is that of an
// address that is out of reach, or of one that is not the relay's.
func Direct(ctx context.Context, address, key string) (*yamux.Session, error) {
	dialer := net.Dialer{Timeout: homeTimeout}
	conn, err := dialer.DialContext(ctx, "tcp4", address)
	if err != nil {
		return nil, err
	}
	return begin(conn, func() error {
		if _, err := io.WriteString(conn, key); err != nil {
			return err
		}
		answer := make([]byte, 1)
		if _, err := io.ReadFull(conn, answer); err != nil {
			return err
		}
		if answer[0] != welcomed {
			return errors.New("not a relay")
		}
		return nil
	}, Near)
}

// Welcome is the other end of Direct.
func Welcome(conn net.Conn, key string) (*yamux.Session, error) {
	return begin(conn, func() error {
		said := make([]byte, len(key))
		if _, err := io.ReadFull(conn, said); err != nil {
			return err
		}
		if subtle.ConstantTimeCompare(said, []byte(key)) == 0 {
			return errors.New("not the key")
		}
		_, err := conn.Write([]byte{welcomed})
		return err
	}, Far)
}

// begin begins a session when both ends know each other.
func begin(conn net.Conn, meet func() error, session func(net.Conn) (*yamux.Session, error)) (*yamux.Session, error) {
	err := conn.SetDeadline(time.Now().Add(homeTimeout))
	if err == nil {
		err = meet()
	}
	if err == nil {
		err = conn.SetDeadline(time.Time{})
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return session(conn)
}
