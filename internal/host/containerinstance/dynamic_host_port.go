package containerinstance

import (
	"errors"
	"fmt"
	"math/bits"
	"net"
	"strconv"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Where host ports are picked from. Source: ECS API reference, PortMapping.hostPort: the
// range of Linux's /proc/sys/net/ipv4/ip_local_port_range.
const (
	firstDynamicPort = 32768
	lastDynamicPort  = 60999
)

// DynamicHostPorts picks host ports of all container instances of a run. It goes on from the last one,
// so that two of them rarely have the same: on the loopback address of this host there
// is only one of each.
type DynamicHostPorts struct {
	mu   sync.Mutex
	next int // 0 is the first
}

// pick finds ports for a binding that follow one another and are usable; the first of them.
// If possible, it has the last bits of the container's first one: engines lead such a range
// with few rules.
func (d *DynamicHostPorts) pick(b state.Binding, usable func(port uint16) bool) (first uint16, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for step := 1 << bits.Len16(b.More); step > 0; step /= 2 {
		for _, from := range []int{max(d.next, firstDynamicPort), firstDynamicPort} {
			if at, ok := findRun(from, b, step, usable); ok {
				d.next = at + b.Count()
				return uint16(at), true
			}
		}
	}
	return 0, false
}

// findRun looks from a port on, at those that differ from the container's first one by a
// multiple of step.
func findRun(from int, b state.Binding, step int, usable func(port uint16) bool) (first int, ok bool) {
	for at := from; ; {
		at += (int(b.ContainerPort) - at) & (step - 1)
		last := at + b.Count() - 1
		if last > lastDynamicPort {
			return 0, false
		}
		port := last
		for port >= at && usable(uint16(port)) {
			port--
		}
		if port < at {
			return at, true
		}
		at = port + 1
	}
}

// dynamicHostPort picks host ports for a binding that asks for any. The lock is held. What is taken
// on this host, but not on the container instance, is a second choice; simulated ports are none of
// this host's.
func (m *Instance) dynamicHostPort(b state.Binding, reserved map[portKey]bool, simulated bool) (first uint16, err error) {
	known := map[uint16]bool{} // whether they are free here
	own := func(port uint16) bool {
		key := portKey{b.Protocol, port}
		_, taken := m.ports[key]
		return !taken && !reserved[key]
	}
	both := func(port uint16) bool {
		if !own(port) {
			return false
		}
		if _, asked := known[port]; !asked {
			known[port] = simulated || free(portKey{b.Protocol, port})
		}
		return known[port]
	}
	if first, ok := m.all.Dynamic.pick(b, both); ok {
		return first, nil
	}
	if first, ok := m.all.Dynamic.pick(b, own); ok {
		return first, nil
	}
	return 0, noPorts(b)
}

// NoPortsError is what a container says whose ports cannot be had.
// Source: amazon-ecs-agent's texts for the configuration of a container on its host.
type NoPortsError struct{ error }

func noPorts(b state.Binding) error {
	what := errors.New("a host port is unavailable")
	if b.More > 0 {
		what = fmt.Errorf("%d contiguous host ports are unavailable", b.Count())
	}
	return NoPortsError{fmt.Errorf("HostConfigError: error retrieving docker port map: %w", what)}
}

// free reports whether nothing listens on a port of this host's loopback address.
func free(key portKey) bool {
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(key.port)))
	if key.protocol == types.TransportProtocolUdp {
		conn, err := net.ListenPacket("udp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}
	l, err := net.Listen("tcp", address)
	if err == nil {
		l.Close()
	}
	return err == nil
}
