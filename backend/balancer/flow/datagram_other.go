//go:build !unix

package flow

import "net"

func datagramReader(conn net.Conn) func(pass func([]byte) error) error {
	return func(pass func([]byte) error) error { return readDatagram(conn.Read, pass) }
}
