package composition_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express/expresstest"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
)

var scope = arn.Scope{Account: "123456789012", Region: "eu-west-1"}

// course is Express services in an account, whose steps may be cut.
type course struct {
	t     rapid.TB
	store *store.Store
	world *expresstest.World
	now   time.Time
	// cut is asked before and after each call: whether the emulator ends there.
	cut      func() bool
	services []string
	sets     map[string]bool
	tokens   int
}

func newCourse(t rapid.TB) *course {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &course{
		t: t, store: s, world: expresstest.NewWorld(), now: time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC),
		cut: func() bool { return false }, sets: map[string]bool{},
	}
}

func (c *course) update(do func(tx *store.Tx)) {
	if err := c.store.Update(func(tx *store.Tx) error { do(tx); return nil }); err != nil {
		c.t.Fatal(err)
	}
}

func (c *course) create(name string) *express.Service {
	c.tokens++
	s := &express.Service{
		ARN: scope.Service("default", name), Scope: scope, Cluster: "default", Name: name, Token: fmt.Sprintf("%08x%08x%016x", c.tokens, c.tokens, c.tokens),
		InfrastructureRole: "arn:aws:iam::123456789012:role/infra", CreatedAt: c.now,
		Network: express.Network{VPC: "vpc-1", CIDR: "10.0.0.0/16", Subnets: []string{"subnet-1", "subnet-2"}, Public: true},
		Asked: express.Configuration{
			Container: types.ExpressGatewayContainer{Image: aws.String("busybox")}, ExecutionRole: "run", CPU: "256", Memory: "512", ContainerPort: 80,
			HealthCheckPath: "/ping", MinTasks: 1, MaxTasks: 20, Percent: 60,
		},
	}
	c.update(func(tx *store.Tx) {
		express.Assign(tx, s, express.MostOfLoadBalancer)
		express.Put(tx, s)
	})
	if !slices.Contains(c.services, s.ARN) {
		c.services = append(c.services, s.ARN)
	}
	c.sets[s.Set] = true
	return s
}

func (c *course) change(serviceARN string, by func(s *express.Service)) {
	c.update(func(tx *store.Tx) {
		s := *express.Find(tx, serviceARN)
		by(&s)
		express.Put(tx, &s)
	})
}

func (c *course) delete(serviceARN string) {
	c.change(serviceARN, func(s *express.Service) { s.DeletedAt = c.now })
}

func (c *course) owners() []string {
	return append(slices.Clone(c.services), slices.Sorted(maps.Keys(c.sets))...)
}

// round takes all steps that can be taken now, and reports whether any were, or wait for their time.
func (c *course) round() (busy bool) {
	for _, owner := range c.owners() {
		steps := composition.Next(composition.Read(c.store.Read(), owner, c.now))
		for _, s := range steps {
			busy = true
			if !s.Begun.Due.After(c.now) {
				c.take(s)
			}
		}
		c.update(func(tx *store.Tx) {
			if s := express.Find(tx, owner); s != nil && composition.Ends(tx, s, c.now) {
				express.End(tx, s, c.now)
			}
		})
	}
	c.now = c.now.Add(time.Second)
	return busy
}

func (c *course) take(s managedresource.Step) {
	c.update(func(tx *store.Tx) { express.PutResource(tx, &s.Begun) })
	if c.cut() {
		return
	}
	out := s.Out()
	var err error
	if s.Calls() {
		err = c.world.Call(s.Op, s.In, out)
	}
	if c.cut() {
		return
	}
	c.update(func(tx *store.Tx) {
		if after := s.Done(c.now, out, err); after != nil {
			express.PutResource(tx, after)
		} else {
			express.RemoveResource(tx, &s.Begun)
		}
	})
}

// settle goes on until nothing is to be done, which must come.
func (c *course) settle() {
	c.cut = func() bool { return false }
	for range 3000 {
		if !c.round() {
			return
		}
	}
	c.t.Fatalf("it does not end: %v", c.unsettled())
}

func (c *course) unsettled() (list []string) {
	for _, owner := range c.owners() {
		for _, s := range composition.Next(composition.Read(c.store.Read(), owner, c.now)) {
			list = append(list, fmt.Sprintf("%s %s: %s %s (%d tries)", owner, s.Begun.Kind, s.Begun.Status, s.Begun.Reason, s.Begun.Tries))
		}
	}
	return list
}

func (c *course) failures() (list []string) {
	for _, owner := range c.owners() {
		for _, r := range express.Owned(c.store.Read(), owner) {
			if r.Status == types.ManagedResourceStatusFailed {
				list = append(list, string(r.Kind)+": "+r.Reason)
			}
		}
	}
	return list
}

// active fails unless all that a service is to have is there.
func (c *course) active() {
	c.t.Helper()
	if failures := c.failures(); len(failures) > 0 {
		c.t.Fatal(failures)
	}
	for _, owner := range c.services {
		s := express.Find(c.store.Read(), owner)
		if !s.DeletedAt.IsZero() {
			continue
		}
		if n := len(express.Owned(c.store.Read(), owner)); n != 14 {
			c.t.Fatalf("%s has %d resources", s.Name, n)
		}
	}
}

func TestOneService(t *testing.T) {
	c := newCourse(t)
	s := c.create("web")
	c.settle()
	c.active()
	for kind, want := range map[string]int{
		"balancer": 1, "listener": 1, "rule": 1, "target group": 2, "certificate": 2, "group": 2, "ingress": 2, "alarm": 1, "service": 1,
		"scalable target": 1, "policy": 1, "log group": 1, "cluster": 1, "task definition": 1,
	} {
		if got := len(c.world.IDs(kind)); got != want {
			t.Errorf("%d of %s, want %d", got, kind, want)
		}
	}
	c.delete(s.ARN)
	if got := s.Status(c.store.Read()); got != types.ExpressGatewayServiceStatusCodeActive {
		t.Errorf("the row before is %s", got)
	}
	c.settle()
	if left := c.world.Left(); len(left) > 0 {
		t.Error(left)
	}
	if got := express.Find(c.store.Read(), s.ARN).Status(c.store.Read()); got != types.ExpressGatewayServiceStatusCodeInactive {
		t.Error(got)
	}
}

func TestUpdate(t *testing.T) {
	c := newCourse(t)
	s := c.create("web")
	c.settle()
	c.world.Calls = nil
	c.change(s.ARN, func(s *express.Service) { s.Asked.Container.Image = aws.String("busybox:2") })
	c.settle()
	if want := []string{"RegisterTaskDefinition", "UpdateService"}; !slices.Equal(c.world.Calls, want) {
		t.Errorf("%v, want %v", c.world.Calls, want)
	}
	c.world.Calls = nil
	c.change(s.ARN, func(s *express.Service) { s.Asked.MaxTasks = 5 })
	c.settle()
	if want := []string{"RegisterScalableTarget"}; !slices.Equal(c.world.Calls, want) {
		t.Errorf("%v, want %v", c.world.Calls, want)
	}
	c.active()
}

func TestTwentySixServices(t *testing.T) {
	c := newCourse(t)
	for i := range 26 {
		c.create(fmt.Sprint("web", i))
	}
	c.settle()
	c.active()
	if got := len(c.world.IDs("balancer")); got != 2 {
		t.Errorf("%d load balancers", got)
	}
	last := c.services[25]
	c.delete(last)
	c.settle()
	if got := len(c.world.IDs("balancer")); got != 1 {
		t.Errorf("%d load balancers after the 26th has gone", got)
	}
	for _, s := range c.services[:25] {
		c.delete(s)
	}
	c.settle()
	if left := c.world.Left(); len(left) > 0 {
		t.Error(left)
	}
}

// Cut anywhere, with resources that users remove: it ends, and a deletion leaves nothing behind.
func TestCutAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCourse(t)
		c.cut = func() bool { return rapid.IntRange(0, 9).Draw(t, "cut") == 0 }
		meddles := rapid.Bool().Draw(t, "meddles")
		for range rapid.IntRange(5, 60).Draw(t, "rounds") {
			c.act(t, meddles)
			c.round()
		}
		c.settle()
		if !meddles {
			c.active()
		}
		for _, owner := range c.services {
			s := express.Find(c.store.Read(), owner)
			if v := composition.Read(c.store.Read(), owner, c.now); s.DeletedAt.IsZero() && len(express.Owned(c.store.Read(), owner)) != 14 && composition.Reason(v) == "" {
				t.Fatalf("%s lacks something, and nothing says why", s.Name)
			}
			if s.DeletedAt.IsZero() {
				c.delete(owner)
			}
		}
		c.settle()
		if left := c.world.Left(); len(left) > 0 {
			t.Fatal(left)
		}
		for _, owner := range c.services {
			if got := express.Find(c.store.Read(), owner).Status(c.store.Read()); got != types.ExpressGatewayServiceStatusCodeInactive {
				t.Fatalf("%s is %s", owner, got)
			}
		}
	})
}

// act is what users do.
func (c *course) act(t *rapid.T, meddles bool) {
	names := []string{"blue", "green", "red"}
	switch name := rapid.SampledFrom(names).Draw(t, "name"); rapid.IntRange(0, 7).Draw(t, "act") {
	case 0:
		s := express.Find(c.store.Read(), scope.Service("default", name))
		if s == nil || s.Status(c.store.Read()) == types.ExpressGatewayServiceStatusCodeInactive {
			c.create(name)
		}
	case 1:
		if s := express.Find(c.store.Read(), scope.Service("default", name)); s != nil && s.DeletedAt.IsZero() {
			c.delete(s.ARN)
		}
	case 2:
		if s := express.Find(c.store.Read(), scope.Service("default", name)); s != nil && s.DeletedAt.IsZero() {
			c.change(s.ARN, func(s *express.Service) {
				s.Asked.Container.Image = aws.String(rapid.SampledFrom([]string{"busybox:2", "busybox:3"}).Draw(t, "image"))
				s.Asked.MaxTasks++
			})
		}
	case 3:
		if ids := c.world.All(); meddles && len(ids) > 0 {
			c.meddle(rapid.SampledFrom(ids).Draw(t, "removed"))
		}
	}
}

// meddle removes a thing behind ECS's back, which ECS then looks at.
func (c *course) meddle(id string) {
	c.world.Remove(id)
	for _, owner := range c.owners() {
		view := composition.Read(c.store.Read(), owner, c.now)
		for _, r := range view.Own {
			if s, is := composition.Doubt(view, r); is && r.ID == id {
				c.take(s)
			}
		}
	}
}

// A resource that a user has removed says so in the words of the API.
func TestRemovedByUser(t *testing.T) {
	c := newCourse(t)
	s := c.create("web")
	c.settle()
	c.meddle(c.world.IDs("rule")[0])
	if got := c.failures(); len(got) != 1 {
		t.Fatal(got)
	}
	c.settle()
	if composition.Reason(composition.Read(c.store.Read(), s.ARN, c.now)) == "" {
		t.Error("no reason")
	}
	c.delete(s.ARN)
	c.settle()
	if left := c.world.Left(); len(left) > 0 {
		t.Error(left)
	}
}

// What can never be removed is left with its reason, and the service ends.
func TestRemovalDenied(t *testing.T) {
	c := newCourse(t)
	s := c.create("web")
	c.settle()
	c.delete(s.ARN)
	for c.round() {
		steps := composition.Next(composition.Read(c.store.Read(), s.ARN, c.now))
		for _, step := range steps {
			if step.Begun.Kind != express.Alarm {
				continue
			}
			c.update(func(tx *store.Tx) {
				express.PutResource(tx, step.Done(c.now, nil, errors.New("no way")))
			})
		}
	}
	if got := express.Find(c.store.Read(), s.ARN).Status(c.store.Read()); got != types.ExpressGatewayServiceStatusCodeInactive {
		t.Error(got)
	}
}
