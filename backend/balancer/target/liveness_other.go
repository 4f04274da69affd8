//go:build !unix

package target

import "net"

// newLiveness has nothing to look with here: the write to a closed connection fails.
func newLiveness(net.Conn) func() bool { return func() bool { return true } }
