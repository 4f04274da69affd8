package taskport

import (
	"net/netip"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
)

const tcp, udp = types.TransportProtocolTcp, types.TransportProtocolUdp

// numbers are what a mapping is about, beside where it leads.
type numbers struct {
	Protocol             types.TransportProtocol
	Container, Port      int // of the container, and of the sandbox
	Shared, Own          uint16
	Sandbox, SandboxAddr string
}

func numbersOf(list []hostport.Mapping) (all []numbers) {
	for _, o := range list {
		all = append(all, numbers{o.Protocol, o.ContainerPort, int(o.Leads.Port), o.Shared, o.Own, o.Leads.Sandbox, o.Leads.IP.String()})
	}
	return all
}

func TestHostPortsOfATaskWithAnInterface(t *testing.T) {
	task := &state.Task{Spec: &state.TaskSpec{NetworkMode: types.NetworkModeAwsvpc}}
	status := &state.TaskStatus{SandboxID: "s", Attachment: state.Attachment{PrivateIPv4: "10.0.0.9"}}
	definitions := []types.ContainerDefinition{{Name: aws.String("web"), PortMappings: []types.PortMapping{
		{ContainerPort: aws.Int32(80)}, {ContainerPort: aws.Int32(53), Protocol: udp}, {ContainerPortRange: aws.String("8000-8001")},
	}}}
	for name, c := range map[string]struct {
		rules Rules
		want  []numbers
	}{
		"any number": {Rules{UDP: true}, []numbers{
			{tcp, 80, 80, 0, 0, "s", "10.0.0.9"}, {udp, 53, 53, 0, 0, "s", "10.0.0.9"},
			{tcp, 8000, 8000, 0, 0, "s", "10.0.0.9"}, {tcp, 8001, 8001, 0, 0, "s", "10.0.0.9"},
		}},
		"its own": {Rules{UDP: true, Local: true}, []numbers{
			{tcp, 80, 80, 80, 0, "s", "10.0.0.9"}, {udp, 53, 53, 53, 0, "s", "10.0.0.9"},
			{tcp, 8000, 8000, 8000, 0, "s", "10.0.0.9"}, {tcp, 8001, 8001, 8001, 0, "s", "10.0.0.9"},
		}},
		"no datagrams": {Rules{Local: true}, []numbers{
			{tcp, 80, 80, 80, 0, "s", "10.0.0.9"}, {tcp, 8000, 8000, 8000, 0, "s", "10.0.0.9"}, {tcp, 8001, 8001, 8001, 0, "s", "10.0.0.9"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, numbersOf(c.rules.Mappings(task, status, definitions, containerinstance.Place{}))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHostPortsOfATaskOnAContainerInstance(t *testing.T) {
	mappings := []types.PortMapping{
		{ContainerPort: aws.Int32(80), HostPort: aws.Int32(8080)}, {ContainerPort: aws.Int32(81)},
		{ContainerPort: aws.Int32(53), Protocol: udp}, {ContainerPortRange: aws.String("90-91")},
	}
	bindings := []state.Binding{
		{Protocol: tcp, ContainerPort: 80, HostPort: 8080}, {Protocol: tcp, ContainerPort: 81, HostPort: 32768},
		{Protocol: udp, ContainerPort: 53, HostPort: 32769}, {Protocol: tcp, ContainerPort: 90, HostPort: 32770, More: 1},
	}
	on := containerinstance.Place{Sandbox: "m", IP: netip.MustParseAddr("10.0.0.5")}
	ports := func(mode types.NetworkMode, local bool, mappings []types.PortMapping, bindings ...state.Binding) []numbers {
		task := &state.Task{Spec: &state.TaskSpec{NetworkMode: mode}}
		status := &state.TaskStatus{Containers: []state.Container{{Name: "web", Bindings: bindings}}}
		definitions := []types.ContainerDefinition{{Name: aws.String("web"), PortMappings: mappings}}
		return numbersOf(Rules{Local: local, UDP: true}.Mappings(task, status, definitions, on))
	}
	for name, c := range map[string]struct{ got, want []numbers }{
		"bridge": {ports(types.NetworkModeBridge, false, mappings, bindings...), []numbers{
			{tcp, 80, 8080, 0, 8080, "m", "10.0.0.5"}, {tcp, 81, 32768, 0, 32768, "m", "10.0.0.5"}, {udp, 53, 32769, 0, 32769, "m", "10.0.0.5"},
			{tcp, 90, 32770, 0, 32770, "m", "10.0.0.5"}, {tcp, 91, 32771, 0, 32771, "m", "10.0.0.5"},
		}},
		"bridge, its own": {ports(types.NetworkModeBridge, true, mappings, bindings...), []numbers{
			{tcp, 80, 8080, 8080, 0, "m", "10.0.0.5"}, {tcp, 81, 32768, 81, 32768, "m", "10.0.0.5"}, {udp, 53, 32769, 53, 32769, "m", "10.0.0.5"},
			{tcp, 90, 32770, 90, 32770, "m", "10.0.0.5"}, {tcp, 91, 32771, 91, 32771, "m", "10.0.0.5"},
		}},
		"host": {
			ports(types.NetworkModeHost, true, []types.PortMapping{{ContainerPort: aws.Int32(9000), HostPort: aws.Int32(9000)}}, state.Binding{Protocol: tcp, ContainerPort: 9000, HostPort: 9000}),
			[]numbers{{tcp, 9000, 9000, 9000, 0, "m", "10.0.0.5"}},
		},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestHostPortsOfARangeAreBounded(t *testing.T) {
	task := &state.Task{Spec: &state.TaskSpec{NetworkMode: types.NetworkModeAwsvpc}}
	definitions := []types.ContainerDefinition{{Name: aws.String("web"), PortMappings: []types.PortMapping{{ContainerPortRange: aws.String("1-65535")}}}}
	list := Rules{Local: true}.Mappings(task, &state.TaskStatus{SandboxID: "s"}, definitions, containerinstance.Place{})
	want := hostport.Mapping{Container: "web", ContainerPort: mostOfRange, Protocol: tcp, Shared: mostOfRange, Leads: hostport.Target{Sandbox: "s", Port: mostOfRange}}
	if len(list) != mostOfRange || list[mostOfRange-1] != want {
		t.Errorf("%d mappings, the last %+v", len(list), list[len(list)-1])
	}
}
