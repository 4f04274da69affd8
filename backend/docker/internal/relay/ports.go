package relay

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

const (
	// firstHostPort and lastHostPort bound the ports that relays publish: below the ephemeral ones of
	// kernels, and below those that agents of AWS choose from, 32768 and up.
	firstHostPort = 14600
	lastHostPort  = 15599
	// udpShare is how many TCP ports there are for each UDP port. Each port costs a process
	// on the engine's host, and few tasks serve UDP to it.
	udpShare = 4
	// loopbackAddress is where they are published.
	loopbackAddress = "127.0.0.1"
)

// hostPorts are ports of the engine host's loopback address, in order.
type hostPorts struct{ tcp, udp []uint16 }

// askFor are the ports to have published: as many as are wanted, best those of before, and
// none that is taken.
func askFor(count int, before, taken hostPorts) hostPorts {
	return hostPorts{
		tcp: choosePorts(count, before.tcp, taken.tcp),
		udp: choosePorts((count+udpShare-1)/udpShare, before.udp, taken.udp),
	}
}

func choosePorts(count int, before, taken []uint16) []uint16 {
	var ports []uint16
	add := func(port uint16) {
		if len(ports) < count && !slices.Contains(taken, port) && !slices.Contains(ports, port) {
			ports = append(ports, port)
		}
	}
	for _, port := range before {
		add(port)
	}
	for port := firstHostPort; port <= lastHostPort && len(ports) < count; port++ {
		add(uint16(port))
	}
	slices.Sort(ports)
	return ports
}

func publishedPorts(containers []container.Summary) (taken hostPorts) {
	for _, c := range containers {
		for _, p := range c.Ports {
			switch {
			case p.PublicPort == 0:
			case p.Type == "udp":
				taken.udp = append(taken.udp, p.PublicPort)
			default:
				taken.tcp = append(taken.tcp, p.PublicPort)
			}
		}
	}
	return taken
}

var (
	portNamed = regexp.MustCompile(regexp.QuoteMeta(loopbackAddress) + `:(\d+)`)
	udpNamed  = regexp.MustCompile(`(?i)\budp`)
	portTaken = regexp.MustCompile(`(?i)already allocated|already in use|not available|only one usage|failed to bind|forbidden by its access`)
)

// refusedPort reads which port the engine's refusal to start a container is about, as
// Docker, Docker Desktop and Podman word it.
func (asked hostPorts) refusedPort(err error) (refused hostPorts, ok bool) {
	if err == nil || !portTaken.MatchString(err.Error()) {
		return refused, false
	}
	match := portNamed.FindStringSubmatch(err.Error())
	if match == nil {
		return refused, false
	}
	n, failed := strconv.ParseUint(match[1], 10, 16)
	port := uint16(n)
	// Some wordings do not tell the protocol: then the port counts as taken for both.
	if !udpNamed.MatchString(err.Error()) && slices.Contains(asked.tcp, port) {
		refused.tcp = []uint16{port}
	}
	if slices.Contains(asked.udp, port) {
		refused.udp = []uint16{port}
	}
	return refused, failed == nil && len(refused.tcp)+len(refused.udp) > 0
}

func (asked hostPorts) and(others hostPorts) hostPorts {
	return hostPorts{slices.Concat(asked.tcp, others.tcp), slices.Concat(asked.udp, others.udp)}
}

func (asked hostPorts) none() bool { return len(asked.tcp)+len(asked.udp) == 0 }

// check says which port is not among them.
func (asked hostPorts) check(forwards []backend.PortForward) error {
	if err := (backend.Traffic{Ports: forwards}).Check(true); err != nil {
		return err
	}
	_, strange := asked.split(forwards)
	if len(strange) > 0 {
		return fmt.Errorf("port %d/%s is not published", strange[0].Port, strange[0].Protocol)
	}
	return nil
}

// split tells forwards of published ports from others.
func (asked hostPorts) split(forwards []backend.PortForward) (published, strange []backend.PortForward) {
	for _, f := range forwards {
		ports := asked.tcp
		if f.Protocol == "udp" {
			ports = asked.udp
		}
		all := true
		for more := range int(f.More) + 1 {
			all = all && slices.Contains(ports, f.Port+uint16(more))
		}
		if all {
			published = append(published, f)
		} else {
			strange = append(strange, f)
		}
	}
	return published, strange
}

// errNoHostPort: each port that a relay may publish is taken.
var errNoHostPort = errors.New("no port of the engine host's loopback address is free")
