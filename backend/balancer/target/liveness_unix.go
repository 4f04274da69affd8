//go:build unix

package target

import (
	"net"
	"syscall"
)

// newLiveness returns a function that tells whether an idle connection is as it was left:
// the peer has neither closed it nor sent what it was not asked for. Where the connection is
// none of the system's, it says so of each, and the write to a closed one fails.
func newLiveness(conn net.Conn) func() bool {
	s, ok := conn.(syscall.Conn)
	if !ok {
		return func() bool { return true }
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return func() bool { return true }
	}
	var peeked error
	var b [1]byte
	look := func(fd uintptr) bool {
		_, _, peeked = syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return true
	}
	return func() bool {
		return raw.Read(look) == nil && (peeked == syscall.EAGAIN || peeked == syscall.EWOULDBLOCK || peeked == syscall.EINTR)
	}
}
