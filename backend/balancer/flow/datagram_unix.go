//go:build unix

package flow

import (
	"errors"
	"net"
	"syscall"
)

// datagramReader returns a function that waits for a datagram and passes it on. Unlike Read,
// it needs nothing to read into while it waits, as most flows do for most of the time.
func datagramReader(conn net.Conn) func(pass func([]byte) error) error {
	var raw syscall.RawConn
	if s, ok := conn.(syscall.Conn); ok {
		raw, _ = s.SyscallConn()
	}
	if raw == nil {
		return func(pass func([]byte) error) error { return readDatagram(conn.Read, pass) }
	}
	return func(pass func([]byte) error) (err error) {
		ended := raw.Read(func(fd uintptr) bool {
			err = readDatagram(func(b []byte) (n int, err error) {
				for n, err = syscall.Read(int(fd), b); errors.Is(err, syscall.EINTR); n, err = syscall.Read(int(fd), b) {
				}
				return n, err
			}, pass)
			return !errors.Is(err, syscall.EAGAIN)
		})
		return errors.Join(err, ended)
	}
}
