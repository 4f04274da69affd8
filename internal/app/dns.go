package app

import (
	"errors"
	"fmt"
	"net"

	"github.com/ecs-emulator/ecs-emulator/backend/resolver"
)

// DNS answers for the names of all VPCs on the host.
type DNS struct {
	packets *net.UDPConn
	stream  net.Listener
}

// ListenDNS opens a port over UDP and TCP.
func ListenDNS(address string) (*DNS, error) {
	stream, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("serve DNS: %w", err)
	}
	packets, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(stream.Addr().(*net.TCPAddr).AddrPort()))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("serve DNS: %w", err), stream.Close())
	}
	return &DNS{packets, stream}, nil
}

// Serve answers by what discovery knows until the port is closed. What is about other names is refused: resolvers of
// the host ask others for these.
func (d *DNS) Serve(by *Discovery) error {
	server := &resolver.Server{Table: by}
	overTCP := make(chan error, 1)
	go func() { overTCP <- server.ServeTCP(d.stream) }()
	return errors.Join(server.ServeUDP(d.packets), <-overTCP)
}

// Addr is where it answers.
func (d *DNS) Addr() net.Addr { return d.stream.Addr() }

// Close closes the port, if there is one.
func (d *DNS) Close() error {
	if d == nil {
		return nil
	}
	return errors.Join(d.packets.Close(), d.stream.Close())
}
