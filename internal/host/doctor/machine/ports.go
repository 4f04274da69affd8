package machine

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
)

// winsockAddressInUse is WSAEADDRINUSE of Windows, which package syscall has no name for.
const winsockAddressInUse = syscall.Errno(10048)

// Reached is the address at which a listener of this machine is reached: one at all addresses at 127.0.0.1.
func Reached(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return listen
}

// Port tells whether an emulator can listen at an address, or why it cannot. at is where another program does. It listens
// there for an instant where nothing else does, and takes no connection.
func Port(address string) (at netip.AddrPort, taken bool, err error) {
	listener, err := net.Listen("tcp", address)
	if err == nil {
		return at, false, listener.Close()
	}
	var failed *net.OpError
	if !errors.As(err, &failed) {
		return at, false, err
	}
	if tcp, is := failed.Addr.(*net.TCPAddr); is {
		at = netip.AddrPortFrom(tcp.AddrPort().Addr().Unmap(), uint16(tcp.Port))
	}
	if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, winsockAddressInUse) {
		return at, true, nil
	}
	return at, false, failed.Err
}
