package taskdef

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// ports makes mappings "containerPort[:hostPort]" with the default protocol.
func setPorts(mode types.NetworkMode, mappings ...types.PortMapping) func(*request) {
	return func(in *request) {
		in.NetworkMode = mode
		first(in).PortMappings = mappings
	}
}

func single(container int32) types.PortMapping { return types.PortMapping{ContainerPort: &container} }

func static(container, host int32) types.PortMapping {
	return types.PortMapping{ContainerPort: &container, HostPort: &host}
}

func portRange(s string) types.PortMapping { return types.PortMapping{ContainerPortRange: &s} }

func udp(p types.PortMapping) types.PortMapping {
	p.Protocol = types.TransportProtocolUdp
	return p
}

func named(name string, p types.PortMapping) types.PortMapping {
	p.Name = &name
	return p
}

func TestPortMappingRefusals(t *testing.T) {
	const (
		bridge = types.NetworkModeBridge
		host   = types.NetworkModeHost
		awsvpc = types.NetworkModeAwsvpc

		badPort  = "Invalid 'containerPort' setting for container 'web'."
		badHost  = "Invalid 'hostPort' setting for container 'web'."
		badRange = "Invalid 'containerPortRange' setting for container 'web'."
	)
	http3 := single(80)
	http3.AppProtocol = "http3"
	both := portRange("80-90")
	both.ContainerPort = ptr[int32](80)
	rangeWithHost := portRange("80-90")
	rangeWithHost.HostPort = ptr[int32](80)
	many := make([]types.PortMapping, 101)
	for i := range many {
		many[i] = single(int32(i + 1))
	}
	testRefusals(t, webDefinition, []refusal{
		{"no port", setPorts(bridge, types.PortMapping{}), badPort},
		{"port 0", setPorts(bridge, single(0)), badPort},
		{"port too high", setPorts(bridge, single(65536)), badPort},
		{"negative host port", setPorts(bridge, static(80, -1)), badHost},
		{"host port too high", setPorts(bridge, static(80, 65536)), badHost},
		{"range of one", setPorts(bridge, portRange("80-80")), badRange},
		{"range descending", setPorts(bridge, portRange("90-80")), badRange},
		{"range of words", setPorts(bridge, portRange("a-b")), badRange},
		{"range without dash", setPorts(bridge, portRange("80")), badRange},
		{"range too high", setPorts(bridge, portRange("80-65536")), badRange},
		{"range from 0", setPorts(bridge, portRange("0-10")), badRange},
		{"range on host", setPorts(host, portRange("80-90")), badRange},
		{"ranges overlap", setPorts(bridge, portRange("80-90"), portRange("90-95")), badRange},
		{"range and port overlap", setPorts(bridge, single(85), portRange("80-90")), badRange},
		{"range and port", setPorts(bridge, both), "Invalid port mapping for container 'web', cannot specify both single port and port range."},
		{"range and host port", setPorts(bridge, rangeWithHost), "Invalid port mapping for container 'web', cannot specify both single port and port range."},
		{"tcp port twice", setPorts(awsvpc, single(80), single(80)), "TCP container port '80' is used multiple times in task when networkMode=awsvpc."},
		{"udp port twice", setPorts(awsvpc, udp(single(53)), udp(single(53))), "UDP container port '53' is used multiple times in task when networkMode=awsvpc."},
		{"port in two containers", func(in *request) {
			in.NetworkMode = awsvpc
			addContainer(in, "b").PortMappings = []types.PortMapping{single(80)}
		}, "TCP container port '80' is used multiple times in task when networkMode=awsvpc."},
		{"ranges overlap, awsvpc", setPorts(awsvpc, portRange("8080-8090"), portRange("8085-8095")), "TCP container port '8085' is used multiple times in task when networkMode=awsvpc."},
		{"range and port of two containers", func(in *request) {
			setPorts(awsvpc, portRange("70-90"))(in)
			addContainer(in, "b").PortMappings = []types.PortMapping{single(80)}
		}, "TCP container port '80' is used multiple times in task when networkMode=awsvpc."},
		{"static host port twice", setPorts(bridge, static(80, 8080), static(81, 8080)), "TCP host port '8080' is mapped multiple times in task."},
		{"host mode port twice", setPorts(host, udp(single(53)), udp(single(53))), "UDP host port '53' is mapped multiple times in task."},
		{"name twice", setPorts(awsvpc, named("http", single(80)), named("http", single(81))), "When networkMode=awsvpc, port mapping name is already used"},
		{"awsvpc ports differ", setPorts(awsvpc, static(80, 8080)), "When networkMode=awsvpc, the host ports and container ports in port mappings must match."},
		{"awsvpc host port 0", setPorts(awsvpc, static(80, 0)), "When networkMode=awsvpc, the host ports and container ports in port mappings must match."},
		{"host ports differ", setPorts(host, static(80, 8080)), "When networkMode=host, the host ports and container ports in port mappings must match."},
		{"none", setPorts(types.NetworkModeNone, single(80)), "Port mappings are not supported when networkMode=none."},
		{"name characters", setPorts(bridge, named("Http", single(80))), "Invalid port mapping name 'Http' for container 'web'."},
		{"name starts with hyphen", setPorts(bridge, named("-http", single(80))), "Invalid port mapping name '-http' for container 'web'."},
		{"app protocol", setPorts(bridge, http3), "appProtocol should be one of [http,http2,grpc]"},
		{"more than 100", setPorts(bridge, many...), "Container 'web' cannot have more than 100 port mappings."},
	})
	testAccepted(t, webDefinition, map[string]func(*request){
		"tcp and udp":           setPorts(awsvpc, single(53), udp(single(53))),
		"dynamic ports":         setPorts(bridge, single(80), static(80, 0), static(80, 8080)),
		"awsvpc equal":          setPorts(awsvpc, static(80, 80)),
		"adjacent ranges":       setPorts(awsvpc, portRange("80-90"), portRange("91-95"), single(79)),
		"range of both":         setPorts(bridge, portRange("80-90"), udp(portRange("80-90"))),
		"range of both, awsvpc": setPorts(awsvpc, portRange("80-90"), udp(portRange("80-90"))),
		"ranges on a bridge": func(in *request) {
			setPorts(bridge, portRange("80-90"))(in)
			addContainer(in, "b").PortMappings = []types.PortMapping{portRange("80-90")}
		},
		"longest name":          setPorts(bridge, named(strings.Repeat("a", 64), single(80))),
		"none without ports":    setPorts(types.NetworkModeNone),
		"same port on a bridge": func(in *request) { addContainer(in, "b").PortMappings = []types.PortMapping{single(80)} },
		"a hundred":             setPorts(bridge, many[:100]...),
	})
}
