package proxy

import (
	"net"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/count"
)

// secretConn is what is below TLS. Bytes of HTTP/2 are counted there, as they are encrypted, since net/http wants the
// connection of package tls itself.
type secretConn struct {
	net.Conn
	counts   *count.LoadBalancer
	counting bool // set before HTTP/2 begins
}

func (c *secretConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.counting {
		c.counts.Bytes(n)
	}
	return n, err
}

func (c *secretConn) Write(p []byte) (int, error) {
	if c.counting {
		c.counts.Bytes(len(p))
	}
	return c.Conn.Write(p)
}
