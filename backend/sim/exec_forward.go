package sim

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/forward"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/process"
)

// forwards is the program of a session that connects to a port, as its container sees it.
func (e *Engine) forwards(c *container, to backend.Forward) process.Program {
	return func(_ context.Context, p *process.Process) int {
		port := forward.Forward{
			Dial:   func(ctx context.Context) (net.Conn, error) { return e.dialFrom(ctx, c, to) },
			Failed: func(err error) { fmt.Fprintln(p.Stderr, err) },
		}
		streams := struct {
			io.Reader
			io.Writer
			io.Closer
		}{p.Stdin, p.Stdout, io.NopCloser(nil)} // its reads end with the program
		if err := port.Serve(streams); err != nil {
			fmt.Fprintln(p.Stderr, err)
			return 1
		}
		return 0
	}
}

// dialFrom connects to a port as a program in a container does.
func (e *Engine) dialFrom(ctx context.Context, c *container, to backend.Forward) (net.Conn, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return nil, err
	}
	host, err := c.environment().address(to.Host)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}
	from, at := c.net, protocolPort{port: to.Port}
	address := netip.AddrPortFrom(host, uint16(to.Port))
	var server *container
	port, caller := 0, host
	if host.IsLoopback() || host == from.address {
		server, port, err = from.answer(from.called(host, at))
	} else {
		caller = from.address
		server, port, err = from.dials(address, false, caller)
	}
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: addressOf("tcp", address), Err: os.NewSyscallError("connect", err)}
	}
	return server.connect("tcp", port, netip.AddrPortFrom(caller, 0), address), nil
}

// address is the address of a host which a program dials; none is the container itself.
func (e environment) address(host string) (netip.Addr, error) {
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if host == "" || host == "localhost" {
		return loopback, nil
	}
	known, _ := e.lookUp(host)
	if address, err := netip.ParseAddr(strings.Trim(known, "[]")); err == nil {
		return address, nil
	}
	if slices.Contains(backend.FoundBy(e.net.hostname), host) || host == e.net.hostname {
		return loopback, nil
	}
	return loopback, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}
