package emulator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// instanceFaults are faults of container instances. They are forgotten at the end of the
// emulator, as all faults are: an agent that was away is back at the next start.
type instanceFaults struct {
	server *Server

	mu   sync.Mutex
	away map[string]int // how many faults keep an agent away, by the key of the EC2 instance
	cut  map[string]int // how many cut a container instance off, by its ARN
}

// agentAway is for the capacity controller.
func (f *instanceFaults) agentAway(scope arn.Scope, id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.away[(&ec2.Instance{Scope: scope, ID: id}).Key()] > 0
}

// begin has a fault happen, and returns the container instance that it is about.
func (f *instanceFaults) begin(wanted Fault) (c *state.ContainerInstance, err error) {
	err = f.server.store.Update(func(tx *state.Tx) error {
		if c, err = f.find(tx, wanted); err != nil {
			return err
		}
		if wanted.Kind != TerminateInstance {
			return nil
		}
		i := ec2.FindInstance(tx, c.Scope(), c.EC2InstanceID)
		// Source: field reports of instances that EC2 itself has ended.
		ec2.PutInstance(tx, i.Want(types.InstanceStateNameTerminated, ec2.Reason{
			Code: "Server.InternalError", Message: "Server.InternalError: Internal error on launch",
		}, f.server.clock.Now()))
		return nil
	})
	if err != nil {
		return nil, err
	}
	if wanted.Kind == CutOffInstance {
		if err := f.cutOff(c, +1); err != nil {
			return nil, errors.Join(fmt.Errorf("cut off %s: %w", c.EC2InstanceID, err), f.cutOff(c, -1))
		}
	}
	if wanted.Kind != TerminateInstance {
		f.keepAway(c, +1)
	}
	return c, nil
}

// end undoes what can be undone.
func (f *instanceFaults) end(kind FaultKind, c *state.ContainerInstance) {
	if kind == TerminateInstance {
		return
	}
	if kind == CutOffInstance {
		if err := f.cutOff(c, -1); err != nil {
			f.server.opts.Log.Error("the container instance stays cut off", "containerInstance", c.ARN, "error", err)
		}
	}
	f.keepAway(c, -1)
}

// cutOff has the engine drop what an instance sends and gets while a fault wants that.
func (f *instanceFaults) cutOff(c *state.ContainerInstance, n int) error {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	f.mu.Lock()
	f.cut[c.ARN] += n
	cut := f.cut[c.ARN] > 0
	if !cut {
		delete(f.cut, c.ARN)
	}
	f.mu.Unlock()
	return f.server.currentAgent().CutOff(ctx, c.ARN, cut)
}

func (f *instanceFaults) keepAway(c *state.ContainerInstance, n int) {
	key := (&ec2.Instance{Scope: c.Scope(), ID: c.EC2InstanceID}).Key()
	f.mu.Lock()
	if f.away[key] += n; f.away[key] == 0 {
		delete(f.away, key)
	}
	f.mu.Unlock()
	capacity := f.server.atWork().capacity
	capacity.Wake(c.Scope(), c.EC2InstanceID)
}

// find returns the container instance that a fault names, by its ARN, its id or that of
// its EC2 instance; or one by chance of a cluster, or of all.
func (f *instanceFaults) find(tx *state.Tx, wanted Fault) (*state.ContainerInstance, error) {
	var candidates []*state.ContainerInstance
	for _, c := range tx.AllContainerInstances() {
		cluster := arn.ClusterName(c.ARN)
		switch {
		case c.Status == state.InstanceInactive || wanted.Cluster != "" && wanted.Cluster != cluster && wanted.Cluster != c.ClusterARN():
		case wanted.Instance != "" && !slices.Contains([]string{c.ARN, arn.Name(c.ARN), c.EC2InstanceID}, wanted.Instance):
		case ec2.FindInstance(tx, c.Scope(), c.EC2InstanceID) == nil: // registered by hand
		default:
			candidates = append(candidates, c)
		}
	}
	if len(candidates) == 0 {
		if wanted.Instance != "" {
			return nil, fmt.Errorf("%s is no container instance with an EC2 instance", wanted.Instance)
		}
		return nil, errors.New("there is no container instance with an EC2 instance")
	}
	slices.SortFunc(candidates, func(a, b *state.ContainerInstance) int {
		return cmp.Or(a.RegisteredAt.Compare(b.RegisteredAt), cmp.Compare(a.ARN, b.ARN))
	})
	if wanted.Seed == 0 {
		return candidates[rand.IntN(len(candidates))], nil
	}
	return candidates[rand.New(rand.NewPCG(wanted.Seed, 0)).IntN(len(candidates))], nil
}
