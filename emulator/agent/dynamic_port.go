package agent

import (
	"net"
	"strconv"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Where host ports are picked from. Source: ECS API reference, PortMapping.hostPort: the
// range of Linux's /proc/sys/net/ipv4/ip_local_port_range.
const (
	firstDynamicPort = 32768
	lastDynamicPort  = 60999
)

// dynamicPorts picks host ports of all machines of a host. It goes on from the last one,
// so that two machines rarely have the same: on the loopback address of this host there
// is only one of each.
type dynamicPorts struct {
	mu   sync.Mutex
	next int
}

func (d *dynamicPorts) pick() uint16 {
	d.mu.Lock()
	defer d.mu.Unlock()
	port := firstDynamicPort + d.next
	d.next = (d.next + 1) % (lastDynamicPort - firstDynamicPort + 1)
	return uint16(port)
}

// dynamic picks a port for a container; 0 if the machine has none left. The machine's lock
// is held. Simulated ports are none of this host's.
func (m *machine) dynamic(protocol types.TransportProtocol, reserved map[portKey]bool, simulated bool) uint16 {
	var second uint16 // that is taken on this host, but not on the machine
	for range lastDynamicPort - firstDynamicPort + 1 {
		key := portKey{protocol, m.host.dynamic.pick()}
		if _, taken := m.ports[key]; taken || reserved[key] {
			continue
		}
		if simulated || free(key) {
			return key.port
		}
		second = key.port
	}
	return second
}

// free reports whether nobody listens on a port of this host's loopback address.
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
