// Package instancefault has container instances fail.
package instancefault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent"
)

// Kind is what goes wrong.
type Kind string

// The kinds of faults, in the words of the public API.
const (
	Terminate  Kind = "terminate-instance" // the EC2 instance is lost with its tasks
	Disconnect Kind = "disconnect-agent"   // the agent loses its connection
	CutOff     Kind = "cut-off-instance"   // so does all that the instance sends and gets
)

// Target is which container instance a fault is about.
type Target struct {
	// Instance is its ARN, its id, or that of its EC2 instance. Without one, chance picks one of
	// Cluster, or of all; the same one each time with the same Seed. In a Zone, if one is named, it must be in any case.
	Instance, Cluster, Zone string
	Seed                    uint64
}

// Faults are faults of container instances. They are forgotten at the end of the
// emulator, as all faults are: an agent that was away is back at the next start.
type Faults struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// Agent and Capacity are the controllers that run now: a reset makes other ones.
	Agent    func() *agent.Agent
	Capacity func() *capacity.Controller

	mu   sync.Mutex
	away map[string]int // how many faults keep an agent away, by the key of the EC2 instance
	cut  map[string]int // how many cut a container instance off, by its ARN
}

// AgentAway is for the capacity controller.
func (f *Faults) AgentAway(scope arn.Scope, id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.away[(&ec2.Instance{Scope: scope, ID: id}).Key()] > 0
}

// Begin has a fault happen, and returns the container instance that it is about.
func (f *Faults) Begin(kind Kind, on Target) (c *state.ContainerInstance, err error) {
	err = f.Store.Update(func(tx *store.Tx) error {
		if c, err = f.find(tx, on); err != nil {
			return err
		}
		if kind != Terminate {
			return nil
		}
		i := ec2.FindInstance(tx, c.Scope(), c.EC2InstanceID)
		ec2.PutInstance(tx, i.Want(types.InstanceStateNameTerminated, ended, f.Clock.Now()))
		return nil
	})
	if err != nil {
		return nil, err
	}
	if kind == CutOff {
		if err := f.cutOff(c, +1); err != nil {
			return nil, errors.Join(fmt.Errorf("cut off %s: %w", c.EC2InstanceID, err), f.cutOff(c, -1))
		}
	}
	if kind != Terminate {
		f.keepAway(c, +1)
	}
	return c, nil
}

// ended is the reason of instances that EC2 itself has ended. Source: field reports.
var ended = ec2.Reason{Code: "Server.InternalError", Message: "Server.InternalError: Internal error on launch"}

// End undoes what can be undone.
func (f *Faults) End(kind Kind, c *state.ContainerInstance) {
	if kind == Terminate {
		return
	}
	if kind == CutOff {
		if err := f.cutOff(c, -1); err != nil {
			f.Log.Error("cannot end the fault: the container instance stays cut off", "containerInstance", c.ARN, "error", err)
		}
	}
	f.keepAway(c, -1)
}

// answerTime is how long an engine may take to cut an instance off.
const answerTime = 5 * time.Second

// cutOff has the engine drop what an instance sends and gets while a fault wants that.
func (f *Faults) cutOff(c *state.ContainerInstance, n int) error {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	f.mu.Lock()
	if f.cut == nil {
		f.cut = map[string]int{}
	}
	f.cut[c.ARN] += n
	cut := f.cut[c.ARN] > 0
	if !cut {
		delete(f.cut, c.ARN)
	}
	f.mu.Unlock()
	return f.Agent().CutOff(ctx, c.ARN, cut)
}

func (f *Faults) keepAway(c *state.ContainerInstance, n int) {
	key := (&ec2.Instance{Scope: c.Scope(), ID: c.EC2InstanceID}).Key()
	f.mu.Lock()
	if f.away == nil {
		f.away = map[string]int{}
	}
	if f.away[key] += n; f.away[key] == 0 {
		delete(f.away, key)
	}
	f.mu.Unlock()
	f.Capacity().Wake(c.Scope(), c.EC2InstanceID)
}

// find returns the container instance that a fault names, by its ARN, its id or that of
// its EC2 instance; or one by chance of a cluster, or of all.
func (f *Faults) find(tx *store.Tx, on Target) (*state.ContainerInstance, error) {
	var candidates []*state.ContainerInstance
	for _, c := range state.AllContainerInstances(tx) {
		cluster := arn.ClusterName(c.ARN)
		switch {
		case c.Status == state.InstanceInactive || on.Cluster != "" && on.Cluster != cluster && on.Cluster != c.ClusterARN():
		case on.Zone != "" && on.Zone != c.Zone:
		case on.Instance != "" && !slices.Contains([]string{c.ARN, arn.Name(c.ARN), c.EC2InstanceID}, on.Instance):
		case ec2.FindInstance(tx, c.Scope(), c.EC2InstanceID) == nil: // registered by hand
		default:
			candidates = append(candidates, c)
		}
	}
	if len(candidates) == 0 {
		if on.Instance != "" {
			return nil, fmt.Errorf("%s is no container instance with an EC2 instance", on.Instance)
		}
		where := ""
		if on.Zone != "" {
			where = " in " + on.Zone
		}
		return nil, errors.New("there is no container instance with an EC2 instance" + where)
	}
	sorting.By(candidates, func(a, b *state.ContainerInstance) int {
		return cmp.Or(a.RegisteredAt.Compare(b.RegisteredAt), cmp.Compare(a.ARN, b.ARN))
	})
	if on.Seed == 0 {
		return candidates[rand.IntN(len(candidates))], nil
	}
	return candidates[rand.New(rand.NewPCG(on.Seed, 0)).IntN(len(candidates))], nil
}
