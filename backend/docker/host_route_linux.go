package docker

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// ourRoutes is the number by which routes of emulators are told from those of others: one
// that nobody has. Source: iproute2, rt_protos.
const ourRoutes = 236

// hostRoutes are those of all tables, with the host's own addresses.
// Source: rtnetlink(7).
func hostRoutes() (routes []hostRoute, err error) {
	table, err := syscall.NetlinkRIB(syscall.RTM_GETROUTE, syscall.AF_INET)
	if err != nil {
		return nil, fmt.Errorf("read the routes of this host: %w", err)
	}
	messages, err := syscall.ParseNetlinkMessage(table)
	if err != nil {
		return nil, fmt.Errorf("read the routes of this host: %w", err)
	}
	for _, m := range messages {
		if m.Header.Type != syscall.RTM_NEWROUTE || len(m.Data) < syscall.SizeofRtMsg {
			continue
		}
		attributes, err := syscall.ParseNetlinkRouteAttr(&m)
		if err != nil {
			return nil, fmt.Errorf("read the routes of this host: %w", err)
		}
		r := hostRoute{ours: m.Data[5] == ourRoutes}
		to := netip.IPv4Unspecified()
		for _, a := range attributes {
			if len(a.Value) != 4 {
				continue
			}
			switch a.Attr.Type {
			case syscall.RTA_DST:
				to = netip.AddrFrom4([4]byte(a.Value))
			case syscall.RTA_GATEWAY:
				r.via = netip.AddrFrom4([4]byte(a.Value))
			}
		}
		r.to = netip.PrefixFrom(to, int(m.Data[1]))
		routes = append(routes, r)
	}
	return routes, nil
}

// addHostRoute adds a route of ours, or has it lead elsewhere than before.
func addHostRoute(r hostRoute) error {
	return changeHostRoute(syscall.RTM_NEWROUTE, syscall.NLM_F_CREATE|syscall.NLM_F_REPLACE, r)
}

// removeHostRoute removes a route of ours. Gone is success.
func removeHostRoute(r hostRoute) error {
	err := changeHostRoute(syscall.RTM_DELROUTE, 0, r)
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}

func changeHostRoute(kind, flags uint16, r hostRoute) error {
	to, via := r.to.Addr().As4(), r.via.As4()
	message := make([]byte, syscall.NLMSG_HDRLEN, 64)
	message = append(message, syscall.AF_INET, byte(r.to.Bits()), 0, 0,
		syscall.RT_TABLE_MAIN, ourRoutes, syscall.RT_SCOPE_UNIVERSE, syscall.RTN_UNICAST, 0, 0, 0, 0)
	for kind, value := range map[uint16][4]byte{syscall.RTA_DST: to, syscall.RTA_GATEWAY: via} {
		message = binary.NativeEndian.AppendUint16(message, 8)
		message = binary.NativeEndian.AppendUint16(message, kind)
		message = append(message, value[:]...)
	}
	binary.NativeEndian.PutUint32(message, uint32(len(message)))
	binary.NativeEndian.PutUint16(message[4:], kind)
	binary.NativeEndian.PutUint16(message[6:], flags|syscall.NLM_F_REQUEST|syscall.NLM_F_ACK)
	if err := askNetlink(message); err != nil {
		return fmt.Errorf("route %s via %s: %w", r.to, r.via, err)
	}
	return nil
}

// netlinkPatience is how long the kernel may take, in seconds.
const netlinkPatience = 5

// askNetlink sends a message and waits until the kernel has done what it asks for.
func askNetlink(message []byte) error {
	sock, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer func() { _ = syscall.Close(sock) }()
	if err := syscall.SetsockoptTimeval(sock, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &syscall.Timeval{Sec: netlinkPatience}); err != nil {
		return err
	}
	if err := syscall.Sendto(sock, message, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return err
	}
	for answer := make([]byte, 4<<10); ; {
		n, _, err := syscall.Recvfrom(sock, answer, 0)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return err
		}
		messages, err := syscall.ParseNetlinkMessage(answer[:n])
		if err != nil {
			return err
		}
		for _, m := range messages {
			if m.Header.Type == syscall.NLMSG_ERROR && len(m.Data) >= 4 {
				if code := int32(binary.NativeEndian.Uint32(m.Data)); code != 0 {
					return syscall.Errno(-code)
				}
				return nil
			}
		}
	}
}

// mayRoute says why this process cannot change routes; nil if it can.
// Source: capabilities(7): CAP_NET_ADMIN is the thirteenth.
func mayRoute() error {
	status, err := os.Open("/proc/self/status")
	if err != nil {
		return fmt.Errorf("look up the rights of this process: %w", err)
	}
	defer func() { _ = status.Close() }()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "CapEff:"); ok {
			rights, err := strconv.ParseUint(strings.TrimSpace(text), 16, 64)
			if err == nil && rights&(1<<12) != 0 {
				return nil
			}
		}
	}
	return errors.New("this process may not change the routes of this host: it needs to be root, or to have CAP_NET_ADMIN")
}

// claimHost makes sure that one process alone has routes of ours on this host, until it
// closes the claim or dies. Abstract sockets belong to a network namespace, as routes do.
// Source: unix(7).
func claimHost() (io.Closer, error) {
	claim, err := net.ListenUnix("unix", &net.UnixAddr{Name: "@ecs-emulator/public-addresses", Net: "unix"})
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, errors.New("another emulator on this host has the public addresses")
	}
	if err != nil {
		return nil, fmt.Errorf("claim the public addresses of this host: %w", err)
	}
	return claim, nil
}
