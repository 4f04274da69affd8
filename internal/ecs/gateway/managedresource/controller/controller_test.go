package controller_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express/expresstest"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource/controller"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var scope = arn.Scope{Account: "123456789012", Region: "eu-west-1"}

const role = "arn:aws:iam::123456789012:role/infra"

// account is the store of a controller, and the world that it calls.
type account struct {
	*testing.T
	store  *store.Store
	clock  *clock.Clock
	stop   func()
	doubts func(id string) []string

	mu    sync.Mutex
	world *expresstest.World
	asECS []string // operations that ECS itself has called
	// fails is the error that a call has in place of its effect, or of its answer if lost.
	fails func(op string) (err error, lost bool)
}

func inBubble(t *testing.T, test func(a *account)) {
	synctest.Test(t, func(t *testing.T) {
		s, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		a := &account{T: t, store: s, clock: clock.New(clock.Options{}), world: expresstest.NewWorld(), fails: func(string) (error, bool) { return nil, false }}
		a.start()
		test(a)
		a.stop()
		a.clock.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func (a *account) start() {
	c := controller.New(controller.Options{
		Owners: composition.Owners(),
		Store:  a.store, Clock: a.clock, Log: slog.New(slog.DiscardHandler), Call: a.call,
		Removals: func(owners func(id string) []string) []store.Source { a.doubts = owners; return nil },
	})
	ctx, cancel := context.WithCancel(a.Context())
	over := make(chan struct{})
	go func() { defer close(over); _ = c.Run(ctx) }()
	a.stop = func() { cancel(); <-over }
}

func (a *account) call(_ context.Context, in arn.Scope, as string, op apiclient.Operation, input, out any) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if in != scope || as != "" && as != role {
		a.Errorf("%s in %v as %q", op.Name, in, as)
	}
	if as == "" && !slices.Contains(a.asECS, op.Name) {
		a.asECS = append(a.asECS, op.Name)
	}
	err, lost := a.fails(op.Name)
	if err != nil && !lost {
		return err
	}
	if refused := a.world.Call(op, input, out); refused != nil {
		return refused
	}
	return err
}

func (a *account) put(s *express.Service) {
	err := a.store.Update(func(tx *store.Tx) error {
		if s.Set == "" {
			express.Assign(tx, s, express.MostOfLoadBalancer)
		}
		express.Put(tx, s)
		return nil
	})
	if err != nil {
		a.Fatal(err)
	}
}

func (a *account) create(name string, n int) *express.Service {
	s := &express.Service{
		ARN: scope.Service("default", name), Scope: scope, Cluster: "default", Name: name, Token: fmt.Sprintf("%08x%08x%016x", n, n, n),
		InfrastructureRole: role, CreatedAt: a.clock.Now(),
		Network: express.Network{VPC: "vpc-1", CIDR: "10.0.0.0/16", Subnets: []string{"subnet-1"}, Public: true},
		Asked: express.Configuration{
			Container: types.ExpressGatewayContainer{Image: aws.String("busybox")}, ExecutionRole: "run", CPU: "256", Memory: "512", ContainerPort: 80,
			HealthCheckPath: "/ping", MinTasks: 1, MaxTasks: 20, Percent: 60,
		},
	}
	a.put(s)
	return s
}

func (a *account) delete(s *express.Service) {
	deleted := *s
	deleted.DeletedAt = a.clock.Now()
	a.put(&deleted)
}

// settle gives the controller its time, which is not real.
func (a *account) settle() {
	time.Sleep(10 * time.Minute)
	synctest.Wait()
}

// well fails unless all resources of services and their sets are ACTIVE.
func (a *account) well(services ...*express.Service) {
	a.Helper()
	for _, s := range services {
		if n := len(express.Owned(a.store.Read(), s.ARN)); n != 14 {
			a.Errorf("%s has %d resources", s.Name, n)
		}
		for _, r := range append(express.Owned(a.store.Read(), s.ARN), express.Owned(a.store.Read(), s.Set)...) {
			if r.Status != types.ManagedResourceStatusActive {
				a.Errorf("%s %s is %s: %s", r.Owner, r.Kind, r.Status, r.Reason)
			}
		}
	}
}

func (a *account) ended(services ...*express.Service) {
	a.Helper()
	if left := a.world.Left(); len(left) > 0 {
		a.Error(left)
	}
	for _, s := range services {
		if got := express.Find(a.store.Read(), s.ARN).Status(a.store.Read()); got != types.ExpressGatewayServiceStatusCodeInactive {
			a.Errorf("%s is %s", s.Name, got)
		}
	}
}

func TestLife(t *testing.T) {
	inBubble(t, func(a *account) {
		blue, green := a.create("blue", 1), a.create("green", 2)
		a.settle()
		a.well(blue, green)
		if got := len(a.world.IDs("balancer")); got != 1 {
			t.Errorf("%d load balancers", got)
		}
		a.delete(blue)
		a.settle()
		if got := len(a.world.IDs("balancer")); got != 1 {
			t.Errorf("%d load balancers while one service is left", got)
		}
		a.delete(green)
		a.settle()
		a.ended(blue, green)
		slices.Sort(a.asECS)
		if want := []string{"CreateCluster", "CreateService", "DeleteService", "DescribeServices", "RegisterTaskDefinition"}; !slices.Equal(a.asECS, want) {
			t.Errorf("ECS calls %v, want %v", a.asECS, want)
		}
	})
}

// Each call in turn has its answer lost, or is refused for now: that changes nothing in the end.
func TestLostAnswers(t *testing.T) {
	for _, lost := range []bool{false, true} {
		inBubble(t, func(a *account) {
			seen := map[string]bool{}
			a.fails = func(op string) (error, bool) {
				first := !seen[op]
				seen[op] = true
				if !first {
					return nil, false
				}
				return &apiclient.Error{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable", Message: "later"}, lost
			}
			s := a.create("web", 1)
			a.settle()
			a.well(s)
			a.delete(s)
			a.settle()
			a.ended(s)
			if got := len(a.world.IDs("task definition")); got != 1 {
				t.Errorf("%d task definitions", got)
			}
		})
	}
}

// A controller that ends at any call is followed by one that goes on.
func TestEndedAtEachCall(t *testing.T) {
	for n := 1; n < 60; n += 3 {
		inBubble(t, func(a *account) {
			calls := 0
			a.fails = func(string) (error, bool) {
				if calls++; calls == n {
					go func() { a.stop(); a.start() }()
				}
				return nil, false
			}
			s := a.create("web", 1)
			a.settle()
			a.well(s)
			a.delete(s)
			a.settle()
			a.ended(s)
		})
	}
}

func TestRemovedByUser(t *testing.T) {
	for _, kind := range []express.Kind{express.Rule, express.SecurityGroup} {
		removedByUser(t, kind)
	}
}

func removedByUser(t *testing.T, kind express.Kind) {
	inBubble(t, func(a *account) {
		s := a.create("web", 1)
		a.settle()
		owned := express.Owned(a.store.Read(), s.ARN)
		removed := owned[slices.IndexFunc(owned, func(r *express.Resource) bool { return r.Kind == kind })].ID
		a.world.Remove(removed)
		looked := map[string]bool{}
		a.mu.Lock()
		a.fails = func(op string) (error, bool) { // the first look of each kind fails for now
			first := strings.HasPrefix(op, "Describe") && !looked[op]
			looked[op] = true
			if !first {
				return nil, false
			}
			return &apiclient.Error{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable", Message: "later"}, false
		}
		a.mu.Unlock()
		if owners := a.doubts(removed); !slices.Contains(owners, s.ARN) {
			t.Fatal(owners)
		}
		changed := *s
		changed.Asked.MaxTasks = 3 // which wakes it, as a source would
		a.put(&changed)
		a.settle()
		for _, r := range express.Owned(a.store.Read(), s.ARN) {
			if failed := r.Status == types.ManagedResourceStatusFailed; failed != (r.Kind == kind) || failed && r.Reason == "" {
				t.Errorf("%s is %s: %q", r.Kind, r.Status, r.Reason)
			}
		}
		a.delete(s)
		a.settle()
		a.ended(s)
	})
}

func TestDenied(t *testing.T) {
	inBubble(t, func(a *account) {
		a.fails = func(op string) (error, bool) {
			if op != "CreateLoadBalancer" {
				return nil, false
			}
			return &apiclient.Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: "not authorized to create it"}, false
		}
		s := a.create("web", 1)
		a.settle()
		for _, r := range express.Owned(a.store.Read(), s.Set) {
			if r.Kind == express.LoadBalancer && (r.Status != types.ManagedResourceStatusFailed || r.Reason != "not authorized to create it") {
				t.Errorf("%s: %s", r.Status, r.Reason)
			}
		}
		if other := a.create("other", 2); other.Set == s.Set {
			t.Error("a new service has a place at a load balancer that has failed")
		}
		a.mu.Lock() // the controller works on the other one
		a.fails = func(string) (error, bool) { return nil, false }
		a.mu.Unlock()
		a.settle()
		again := *s
		again.UpdatedAt = a.clock.Now()
		a.put(&again)
		a.settle()
		a.well(s)
	})
}
