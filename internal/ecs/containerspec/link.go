package containerspec

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Link is one container that another one finds by name.
type Link struct{ Container, Alias string }

// Links are a definition's links: "name" or "name:alias".
func Links(d *types.ContainerDefinition) (list []Link) {
	for _, text := range d.Links {
		name, alias, found := strings.Cut(text, ":")
		if !found {
			alias = name
		}
		list = append(list, Link{name, alias})
	}
	return list
}

// WithLinks has a container depend on the start of those that it links to.
// Source: amazon-ecs-agent, container ordering for links.
func WithLinks(definitions []types.ContainerDefinition) []types.ContainerDefinition {
	if !slices.ContainsFunc(definitions, func(d types.ContainerDefinition) bool { return len(d.Links) > 0 }) {
		return definitions
	}
	definitions = slices.Clone(definitions)
	for i := range definitions {
		d := &definitions[i]
		d.DependsOn = slices.Clone(d.DependsOn)
		for _, l := range Links(d) {
			d.DependsOn = append(d.DependsOn, types.ContainerDependency{
				ContainerName: aws.String(l.Container), Condition: types.ContainerConditionStart,
			})
		}
	}
	return definitions
}

// Linked is a container that another one is about to be linked to.
type Linked struct {
	EngineName, EngineID, Alias string
	Definition                  *types.ContainerDefinition
}

// AddTo lets a container find the linked one, which has an address, as a link on Docker's bridge does.
func (l Linked) AddTo(spec *backend.ContainerSpec, address netip.Addr) {
	spec.Names.Hosts = append(spec.Names.Hosts, l.hosts(address)...)
	spec.Env = WithoutReplacing(spec.Env, l.environment(spec.Name, address))
}

// hosts are the names that lead to the linked container: its alias, its host name and
// Docker's own name. Source: Docker documentation, legacy container links.
func (l Linked) hosts(ip netip.Addr) (entries []string) {
	for _, name := range []string{l.Alias, l.hostName(), l.EngineName} {
		entries = append(entries, name+":"+ip.String())
	}
	return entries
}

// hostName is as Docker gives it to a container with a network of its own: the beginning of its id.
func (l Linked) hostName() string {
	if name := aws.ToString(l.Definition.Hostname); name != "" {
		return name
	}
	return l.EngineID[:min(12, len(l.EngineID))]
}

// environment tells of the ports and the environment of the linked container, as far as its
// definition has them. Source: Docker documentation, legacy container links.
func (l Linked) environment(engineName string, ip netip.Addr) (variables []string) {
	prefix := strings.ReplaceAll(strings.ToUpper(l.Alias), "-", "_")
	ports := slices.Clone(l.Definition.PortMappings)
	ports = slices.DeleteFunc(ports, func(p types.PortMapping) bool { return p.ContainerPort == nil })
	sorting.By(ports, func(a, b types.PortMapping) int { return cmp.Compare(*a.ContainerPort, *b.ContainerPort) })
	for i, p := range ports {
		protocol := cmp.Or(string(p.Protocol), "tcp")
		port := strconv.Itoa(int(*p.ContainerPort))
		url := protocol + "://" + ip.String() + ":" + port
		if i == 0 {
			variables = append(variables, prefix+"_PORT="+url)
		}
		one := prefix + "_PORT_" + port + "_" + strings.ToUpper(protocol)
		variables = append(variables, one+"="+url, one+"_ADDR="+ip.String(), one+"_PORT="+port, one+"_PROTO="+protocol)
	}
	variables = append(variables, prefix+"_NAME=/"+engineName+"/"+l.Alias)
	for _, e := range l.Definition.Environment {
		variables = append(variables, prefix+"_ENV_"+aws.ToString(e.Name)+"="+aws.ToString(e.Value))
	}
	return variables
}
