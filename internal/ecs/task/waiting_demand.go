package task

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

// WaitingDemands finds what tasks that wait ask of a container instance. Tasks that ask for the same share it, so that a
// pool looks once at what one of them has no room for.
func WaitingDemands(tx *store.Tx, room *engineroom.Room) func(*state.Task) *placement.Demand {
	known, of := map[string]*placement.Demand{}, map[*state.Task]*placement.Demand{}
	return func(t *state.Task) *placement.Demand {
		if demand, found := of[t]; found {
			return demand
		}
		key := alike(t)
		demand, found := known[key]
		if !found {
			demand = demandOf(tx, t, room)
			known[key] = demand
		}
		of[t] = demand
		return demand
	}
}

// alike is the same for tasks that ask for the same. After a restart, they share no row.
func alike(t *state.Task) string {
	var b strings.Builder
	add := func(parts ...string) {
		for _, part := range parts {
			b.WriteString(part)
			b.WriteByte(0)
		}
	}
	spec, w := t.Spec, t.Placement.Waiting
	add(t.Placement.CapacityProvider, string(spec.LaunchType), spec.Family, strconv.Itoa(spec.Revision), spec.Group)
	if r := spec.Reserved; r != nil {
		add(strconv.Itoa(r.CPU), strconv.Itoa(r.Memory), strconv.Itoa(r.GPUs), fmt.Sprint(r.Ports), fmt.Sprint(r.PortsUDP))
	}
	add(w.Subnets...)
	for _, c := range w.Constraints {
		add("constraint", string(c.Type), aws.ToString(c.Expression))
	}
	for _, s := range w.Strategy {
		add("strategy", string(s.Type), aws.ToString(s.Field))
	}
	add("engine", EngineOf(t).Engine)
	return b.String()
}

func demandOf(tx *store.Tx, t *state.Task, room *engineroom.Room) *placement.Demand {
	definition := taskdefinition.Find(tx, t.Scope(), t.Spec.Family, t.Spec.Revision)
	if definition == nil {
		return nil // cannot be: it stays as long as a task has not ended
	}
	var subnets []*ec2network.Subnet
	for _, id := range t.Placement.Waiting.Subnets {
		if s := ec2network.FindSubnet(tx, t.Scope(), id); s != nil {
			subnets = append(subnets, s)
		}
	}
	if len(subnets) == 0 && len(t.Placement.Waiting.Subnets) > 0 {
		return nil
	}
	return WaitingDemand(t, definition.Definition(), subnets, room)
}
