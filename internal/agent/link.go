package agent

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// link is one container that another one finds by name.
type link struct{ container, alias string }

// linksOf are a definition's links: "name" or "name:alias".
func linksOf(d *types.ContainerDefinition) (list []link) {
	for _, text := range d.Links {
		name, alias, found := strings.Cut(text, ":")
		if !found {
			alias = name
		}
		list = append(list, link{name, alias})
	}
	return list
}

// withLinks has a container depend on the start of those that it links to.
// Source: amazon-ecs-agent, container ordering for links.
func withLinks(definitions []types.ContainerDefinition) []types.ContainerDefinition {
	if !slices.ContainsFunc(definitions, func(d types.ContainerDefinition) bool { return len(d.Links) > 0 }) {
		return definitions
	}
	definitions = slices.Clone(definitions)
	for i := range definitions {
		d := &definitions[i]
		d.DependsOn = slices.Clone(d.DependsOn)
		for _, l := range linksOf(d) {
			d.DependsOn = append(d.DependsOn, types.ContainerDependency{
				ContainerName: aws.String(l.container), Condition: types.ContainerConditionStart,
			})
		}
	}
	return definitions
}

// linked is a container that another one is about to be linked to.
type linked struct {
	id, engineName, alias, hostName string
	definition                      *types.ContainerDefinition
}

// linkedBy are the containers that a container links to. They have started, so they are on
// the engine.
func (w *work) linkedBy(i int) (list []linked) {
	for _, l := range linksOf(&w.view.definitions[i]) {
		if c := w.view.container(l.container); c != nil && c.EngineID != "" {
			d := w.view.definition(c.Name)
			list = append(list, linked{c.EngineID, engineName(w.task, c.Name), l.alias, hostNameOf(d, c), d})
		}
	}
	return list
}

// hostNameOf is the host name of a container with a network of its own: as Docker gives it,
// the beginning of its id.
func hostNameOf(d *types.ContainerDefinition, c *state.Container) string {
	if name := aws.ToString(d.Hostname); name != "" {
		return name
	}
	return c.EngineID[:min(12, len(c.EngineID))]
}

// addLinks lets a container find those that it links to, as a link on Docker's bridge does.
// One without a network has no address.
func (h *host) addLinks(ctx context.Context, spec *backend.ContainerSpec, to []linked) error {
	for _, l := range to {
		seen, err := h.Engine.Inspect(ctx, l.id)
		if errors.Is(err, backend.ErrNotFound) { // which is no news of the sandbox
			return errors.New(err.Error())
		}
		if err != nil {
			return err
		}
		if seen.IP.IsValid() {
			spec.Names.Hosts = append(spec.Names.Hosts, l.hosts(seen.IP)...)
			spec.Env = withoutReplacing(spec.Env, l.environment(spec.Name, seen.IP))
		}
	}
	return nil
}

// withoutReplacing adds variables to an environment, but for those that it has.
func withoutReplacing(environment, variables []string) []string {
	all := slices.Clone(environment)
	for _, variable := range variables {
		name, _, _ := strings.Cut(variable, "=")
		if !slices.ContainsFunc(environment, func(own string) bool { return strings.HasPrefix(own, name+"=") }) {
			all = append(all, variable)
		}
	}
	return all
}

// hosts are the names that lead to the linked container: its alias, its host name and
// Docker's own name. Source: Docker documentation, legacy container links.
func (l linked) hosts(ip netip.Addr) (entries []string) {
	for _, name := range []string{l.alias, l.hostName, l.engineName} {
		entries = append(entries, name+":"+ip.String())
	}
	return entries
}

// environment tells of the ports and the environment of the linked container, as far as its
// definition has them. Source: Docker documentation, legacy container links.
func (l linked) environment(engineName string, ip netip.Addr) (variables []string) {
	prefix := strings.ReplaceAll(strings.ToUpper(l.alias), "-", "_")
	ports := slices.Clone(l.definition.PortMappings)
	ports = slices.DeleteFunc(ports, func(p types.PortMapping) bool { return p.ContainerPort == nil })
	slices.SortStableFunc(ports, func(a, b types.PortMapping) int { return cmp.Compare(*a.ContainerPort, *b.ContainerPort) })
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
	variables = append(variables, prefix+"_NAME=/"+engineName+"/"+l.alias)
	for _, e := range l.definition.Environment {
		variables = append(variables, prefix+"_ENV_"+aws.ToString(e.Name)+"="+aws.ToString(e.Value))
	}
	return variables
}
