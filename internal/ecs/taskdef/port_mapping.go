package taskdef

import (
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

const (
	maxPort = 65535
	// maxPortMappings per container. Source: ECS service quotas.
	maxPortMappings = 100
	maxPortName     = 64
)

var applicationProtocols = types.ApplicationProtocol("").Values()

// checkPortMappings checks every mapping, then that no two claim the same port.
func checkPortMappings(def *types.TaskDefinition) error {
	total := 0
	for i := range def.ContainerDefinitions {
		c := &def.ContainerDefinitions[i]
		total += len(c.PortMappings)
		if len(c.PortMappings) > maxPortMappings {
			// Wording without a source.
			return refuse("Container '%s' cannot have more than %d port mappings.", value(c.Name), maxPortMappings)
		}
		for j := range c.PortMappings {
			if err := checkPortMapping(def.NetworkMode, c, &c.PortMappings[j]); err != nil {
				return err
			}
		}
		if err := checkPortRanges(def.NetworkMode, c); err != nil {
			return err
		}
	}
	if total < 2 {
		return nil
	}
	return checkPortsUnique(def, total)
}

func checkPortMapping(mode types.NetworkMode, c *types.ContainerDefinition, p *types.PortMapping) error {
	name := value(c.Name)
	if mode == types.NetworkModeNone {
		return refuse("Port mappings are not supported when networkMode=none.")
	}
	if value(p.ContainerPortRange) != "" {
		if p.ContainerPort != nil || p.HostPort != nil {
			return refuse("Invalid port mapping for container '%s', cannot specify both single port and port range.", name)
		}
		if _, _, ok := ParsePortRange(*p.ContainerPortRange); !ok || mode == types.NetworkModeHost {
			return refuse("Invalid 'containerPortRange' setting for container '%s'.", name)
		}
	} else if err := checkSinglePort(mode, name, p); err != nil {
		return err
	}
	if n := value(p.Name); n != "" && !validPortName(n) {
		// Wording without a source.
		return refuse("Invalid port mapping name '%s' for container '%s'.", n, name)
	}
	return checkEnum("appProtocol", p.AppProtocol, applicationProtocols)
}

func checkSinglePort(mode types.NetworkMode, container string, p *types.PortMapping) error {
	if port := value(p.ContainerPort); port < 1 || port > maxPort {
		return refuse("Invalid 'containerPort' setting for container '%s'.", container)
	}
	if port := value(p.HostPort); port < 0 || port > maxPort {
		return refuse("Invalid 'hostPort' setting for container '%s'.", container)
	}
	if sharesHostPorts(mode) && p.HostPort != nil && *p.HostPort != *p.ContainerPort {
		return refuse("When networkMode=%s, the host ports and container ports in port mappings must match.", mode)
	}
	return nil
}

// sharesHostPorts tells whether container ports are the host's (or ENI's) ports.
func sharesHostPorts(mode types.NetworkMode) bool {
	return mode == types.NetworkModeAwsvpc || mode == types.NetworkModeHost
}

// checkPortRanges: a port belongs to one mapping of a container only. ECS's wording for an
// overlap has no source but in awsvpc mode, where it is checkPortsUnique's.
func checkPortRanges(mode types.NetworkMode, c *types.ContainerDefinition) error {
	if mode == types.NetworkModeAwsvpc {
		return nil
	}
	for i := range c.PortMappings {
		first, last, ok := ParsePortRange(value(c.PortMappings[i].ContainerPortRange))
		if !ok {
			continue
		}
		for j := range c.PortMappings {
			other := &c.PortMappings[j]
			if i == j || protocol(other) != protocol(&c.PortMappings[i]) {
				continue
			}
			from, to, isRange := ParsePortRange(value(other.ContainerPortRange))
			if !isRange {
				from, to = value(other.ContainerPort), value(other.ContainerPort)
			}
			if from <= last && first <= to {
				return refuse("Invalid 'containerPortRange' setting for container '%s'.", value(c.Name))
			}
		}
	}
	return nil
}

// portSpan is ports that a mapping has for itself: of the task's interface, or static ones
// of the host.
type portSpan struct {
	first, last int32
	protocol    types.TransportProtocol
}

// spanOf is the span of a mapping; ok is false where the ports are chosen at run time.
func spanOf(mode types.NetworkMode, p *types.PortMapping) (span portSpan, ok bool) {
	span.protocol = protocol(p)
	if mode == types.NetworkModeAwsvpc {
		if span.first, span.last, ok = ParsePortRange(value(p.ContainerPortRange)); ok {
			return span, true
		}
	}
	span.first = hostPort(mode, p)
	span.last = span.first
	return span, span.first != 0
}

// checkPortsUnique: awsvpc containers share one namespace, static host ports one
// host, and port names one task.
func checkPortsUnique(def *types.TaskDefinition, total int) error {
	spans := make([]portSpan, 0, total)
	names := make(map[string]bool, total)
	for i := range def.ContainerDefinitions {
		mappings := def.ContainerDefinitions[i].PortMappings
		for j := range mappings {
			p := &mappings[j]
			if name := value(p.Name); name != "" {
				if names[name] {
					return refuse("When networkMode=%s, port mapping name is already used", modeName(def.NetworkMode))
				}
				names[name] = true
			}
			span, ok := spanOf(def.NetworkMode, p)
			if !ok {
				continue
			}
			for _, other := range spans {
				if other.protocol == span.protocol && other.first <= span.last && span.first <= other.last {
					return portUsedTwice(def.NetworkMode, span.protocol, max(span.first, other.first))
				}
			}
			spans = append(spans, span)
		}
	}
	return nil
}

func portUsedTwice(mode types.NetworkMode, protocol types.TransportProtocol, port int32) error {
	name := strings.ToUpper(string(protocol))
	if mode == types.NetworkModeAwsvpc { // ECS0190 for ranges
		return refuse("%s container port '%d' is used multiple times in task when networkMode=awsvpc.", name, port)
	}
	return refuse("%s host port '%d' is mapped multiple times in task.", name, port)
}

// hostPort is the static host port of a mapping, 0 when it is chosen at run time.
func hostPort(mode types.NetworkMode, p *types.PortMapping) int32 {
	if sharesHostPorts(mode) {
		return value(p.ContainerPort)
	}
	return value(p.HostPort)
}

// protocol of a mapping. ECS treats any value but udp as tcp (ECS0240). That case matters
// is remembered.
func protocol(p *types.PortMapping) types.TransportProtocol {
	if p.Protocol == types.TransportProtocolUdp {
		return types.TransportProtocolUdp
	}
	return types.TransportProtocolTcp
}

// ParsePortRange reads "first-last" with first < last.
func ParsePortRange(s string) (first, last int32, ok bool) {
	from, to, found := strings.Cut(s, "-")
	if !found || !allDigits(from) || !allDigits(to) {
		return 0, 0, false
	}
	a, errA := strconv.ParseInt(from, 10, 32)
	b, errB := strconv.ParseInt(to, 10, 32)
	if errA != nil || errB != nil || a < 1 || b > maxPort || a >= b {
		return 0, 0, false
	}
	return int32(a), int32(b), true
}

// validPortName: up to 64 lower-case letters, digits, underscores and hyphens, not
// starting with a hyphen. Source: ECS API reference, PortMapping.name.
func validPortName(s string) bool {
	if len(s) > maxPortName || s[0] == '-' {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < 'a' || c > 'z') && !isDigit(c) && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// fillPortMapping sets the protocol, and the host port where there is a single one:
// the container's own port for awsvpc and host, 0 (chosen at run time) on a bridge.
func fillPortMapping(p *types.PortMapping, mode types.NetworkMode) {
	p.Protocol = protocol(p)
	if p.HostPort == nil && p.ContainerPort != nil {
		port := hostPort(mode, p)
		p.HostPort = &port
	}
}
