package machine

import (
	"errors"
	"net"
	"syscall"

	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
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

// PortOf is the number of an address's port; 0 if it has none.
func PortOf(address string) uint16 {
	_, text, err := net.SplitHostPort(address)
	number, wrong := net.LookupPort("tcp", text)
	if err != nil || wrong != nil {
		return 0
	}
	return uint16(number)
}

// Port tells whether an emulator can listen at an address, and who does otherwise. It listens there for an instant where
// nothing else does, and takes no connection.
func Port(address string) (taken bool, by doctor.Holder, err error) {
	listener, err := net.Listen("tcp", address)
	if err == nil {
		return false, by, listener.Close()
	}
	if !errors.Is(err, syscall.EADDRINUSE) && !errors.Is(err, winsockAddressInUse) {
		var failed *net.OpError
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return false, by, err
	}
	return true, Holder(PortOf(address)), nil
}
