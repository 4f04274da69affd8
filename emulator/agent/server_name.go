package agent

import (
	"crypto/tls"
	"errors"
	"net"
	"time"
)

// serverName reads which server a client of TLS wants, and returns a connection on which all is
// still to be read.
func serverName(client net.Conn) (name string, again net.Conn) {
	heard := &listened{Conn: client}
	_ = client.SetReadDeadline(time.Now().Add(helloPatience))
	_ = tls.Server(heard, &tls.Config{ //nolint:gosec // nothing is agreed on here
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			name = hello.ServerName
			return nil, errors.New("that is all there is to know")
		},
	}).Handshake() // it fails
	_ = client.SetReadDeadline(time.Time{})
	return name, &replayed{client, heard.said}
}

// listened keeps what is read, and lets nobody answer.
type listened struct {
	net.Conn
	said []byte
}

func (l *listened) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	l.said = append(l.said, b[:n]...)
	return n, err
}

func (l *listened) Write(b []byte) (int, error) { return len(b), nil }

// replayed is a connection of which something has been read already.
type replayed struct {
	net.Conn
	said []byte
}

func (r *replayed) Read(b []byte) (int, error) {
	if len(r.said) > 0 {
		n := copy(b, r.said)
		r.said = r.said[n:]
		return n, nil
	}
	return r.Conn.Read(b)
}

// CloseWrite passes on that a target says no more.
func (r *replayed) CloseWrite() error {
	if half, ok := r.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return r.Conn.Close()
}
