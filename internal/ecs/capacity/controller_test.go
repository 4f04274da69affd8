package capacity_test

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}

// addresses counts those that an instance has.
type addresses struct {
	mu    sync.Mutex
	next  byte
	taken map[netip.Addr]bool
	fail  error // once
}

func (a *addresses) ReserveAddress(context.Context, arn.Scope, string) (netip.Addr, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.fail; err != nil {
		a.fail = nil
		return netip.Addr{}, err
	}
	a.next++
	address := netip.AddrFrom4([4]byte{172, 31, 0, a.next})
	a.taken[address] = true
	return address, nil
}

func (a *addresses) ReleaseAddress(_ string, address netip.Addr) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.taken, address)
}

func (a *addresses) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.taken)
}

// world is a store with a controller, which can be stopped and started.
type world struct {
	*testing.T
	store      *store.Store
	clock      *clock.Clock
	addresses  *addresses
	away       sync.Map // instance ids
	initialize func(context.Context, *ec2.Instance) ([]string, error)
	controller *capacity.Controller
}

func newWorld(t *testing.T, path string) *world {
	t.Helper()
	return newWorldAt(t, path, time.Unix(1_800_000_000, 0))
}

func newWorldAt(t *testing.T, path string, start time.Time) *world {
	t.Helper()
	s, err := state.Open(store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	w := &world{T: t, store: s, clock: clock.New(clock.Options{Start: start}), addresses: &addresses{taken: map[netip.Addr]bool{}}}
	t.Cleanup(w.clock.Close)
	return w
}

// run starts a controller; stop returns when it has ended.
func (w *world) run() (stop func()) {
	w.controller = capacity.New(capacity.Options{
		Store: w.store, Clock: w.clock, Log: slog.New(slog.DiscardHandler), Addresses: w.addresses, Initialize: w.initialize,
		AgentAway: func(_ arn.Scope, id string) bool { _, away := w.away.Load(id); return away },
	})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { w.controller.Run(ctx) })
	var once sync.Once
	stop = func() { once.Do(func() { cancel(); running.Wait() }) }
	w.Cleanup(stop)
	return stop
}

func (w *world) settle() {
	w.Helper()
	if err := w.controller.Idle(context.Background()); err != nil {
		w.Fatal(err)
	}
}

func (w *world) update(change func(tx *store.Tx)) {
	w.Helper()
	if err := w.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		w.Fatal(err)
	}
}

// launch launches one instance, and returns its id.
func (w *world) launch(instanceType string, agent ec2.Agent) (id string) {
	w.Helper()
	subnets, _ := ec2network.DefaultNetwork(scope)
	w.update(func(tx *store.Tx) {
		launched, err := ec2.Launch(tx, ec2.RoomIn(tx, state.TaskInterfaces(tx)), ec2.Spec{Scope: scope, Count: 1, At: w.clock.Now(), Type: instanceType, Image: "ami-1", Subnet: subnets[1], Agent: &agent})
		if err != nil {
			w.Fatal(err)
		}
		id = launched[0].ID
	})
	return id
}

func (w *world) want(id string, wanted types.InstanceStateName) {
	w.Helper()
	w.update(func(tx *store.Tx) {
		ec2.PutInstance(tx, ec2.FindInstance(tx, scope, id).Want(wanted, ec2.Reason{}, w.clock.Now()))
	})
}

func (w *world) instance(id string) *ec2.Instance { return ec2.FindInstance(w.store.Read(), scope, id) }

func (w *world) containerInstance(id string) *state.ContainerInstance {
	return state.FindContainerInstance(w.store.Read(), w.instance(id).ContainerInstance)
}

func (w *world) makeCluster(name string) {
	w.Helper()
	w.update(func(tx *store.Tx) {
		state.Clusters.Put(tx, &state.Cluster{ARN: scope.Cluster(name), Name: name, Status: state.ClusterActive})
	})
}

// runTask has a task run on an instance.
func (w *world) runTask(id string) (taskARN string) {
	w.Helper()
	return w.addTask(id, state.Running)
}

func (w *world) addTask(id, status string) (taskARN string) {
	w.Helper()
	taskARN = scope.Task("shop", arn.NewID())
	w.update(func(tx *store.Tx) {
		state.AddTask(tx, &state.Task{
			ARN: taskARN, Spec: &state.TaskSpec{ClusterARN: scope.Cluster("shop")},
			Placement: &state.Placement{ContainerInstance: w.instance(id).ContainerInstance}, Status: state.TaskStatus{LastStatus: status},
		})
	})
	return taskARN
}

func TestAnInstanceWaitsForItsCluster(t *testing.T) {
	w := newWorld(t, "")
	w.run()
	id := w.launch("g4dn.xlarge", ec2.Agent{Cluster: "shop", Attributes: []ecstypes.Attribute{{Name: ptr("stack"), Value: ptr("prod")}}})
	w.settle()
	if i := w.instance(id); i.State() != running || i.PrivateIP != "172.31.0.1" || i.ContainerInstance != "" {
		t.Fatalf("without the cluster: %+v", i)
	}
	w.makeCluster("shop")
	w.settle()
	c := w.containerInstance(id)
	if c == nil || c.EC2InstanceID != id || c.Status != state.InstanceActive || !c.AgentConnected || c.LaunchType != ecstypes.LaunchTypeEc2 ||
		c.Registered.CPU != 4096 || c.Registered.Memory != 15500 || c.Registered.ENIs != 2 || len(c.Registered.GPUs) != 1 {
		t.Fatalf("got %+v", c)
	}
	for name, want := range map[string]string{
		"stack": "prod", "ecs.instance-type": "g4dn.xlarge", "ecs.availability-zone": "eu-west-1b", "ecs.ami-id": "ami-1",
		"ecs.cpu-architecture": "x86_64", "ecs.os-type": "linux", "ecs.capability.task-eni": "", "ecs.vpc-id": ec2network.DefaultVPC,
	} {
		if value, found := c.Attribute(name); !found || value != want {
			t.Errorf("attribute %s: %q, %v", name, value, found)
		}
	}
}

func TestTagsOfAnInstanceArePropagated(t *testing.T) {
	w := newWorld(t, "")
	w.run()
	w.makeCluster("shop")
	own := []ecstypes.Tag{{Key: ptr("team"), Value: ptr("shop")}}
	for propagates, want := range map[bool]string{false: "team=shop", true: "Name=web team=shop"} {
		var id string
		subnets, _ := ec2network.DefaultNetwork(scope)
		w.update(func(tx *store.Tx) {
			launched, err := ec2.Launch(tx, ec2.RoomIn(tx, state.TaskInterfaces(tx)), ec2.Spec{
				Scope: scope, Count: 1, At: w.clock.Now(), Type: "t3.small", Image: "ami-1", Subnet: subnets[1],
				Tags:  map[string]string{"Name": "web", "team": "ec2", "aws:autoscaling:groupName": "g"},
				Agent: &ec2.Agent{Cluster: "shop", Tags: own, PropagatesTags: propagates},
			})
			if err != nil {
				t.Fatal(err)
			}
			id = launched[0].ID
		})
		w.settle()
		var got []string
		for _, tag := range w.containerInstance(id).Tags {
			got = append(got, *tag.Key+"="+*tag.Value)
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("propagates %t: %s, want %s", propagates, text, want)
		}
	}
}

func TestAStoppedInstanceComesBackAsTheSameContainerInstance(t *testing.T) {
	w := newWorld(t, "")
	w.run()
	w.makeCluster("shop")
	id := w.launch("t3.micro", ec2.Agent{Cluster: "shop"})
	w.settle()
	first, task := w.containerInstance(id), w.runTask(id)

	w.want(id, stopped)
	w.settle()
	if c := w.containerInstance(id); w.instance(id).State() != stopped || c.AgentConnected || c.Status != state.InstanceActive {
		t.Errorf("stopped: %+v", c)
	}
	if stop := state.FindTask(w.store.Read(), task).Stop; stop == nil || stop.Code != ecstypes.TaskStopCodeTerminationNotice || stop.Reason != "Host EC2 (instance "+id+") stopped." {
		t.Errorf("its task: %+v", stop)
	}
	w.want(id, running)
	w.settle()
	if c := w.containerInstance(id); c.ARN != first.ARN || !c.AgentConnected || w.instance(id).PrivateIP != "172.31.0.1" {
		t.Errorf("started: %+v", c)
	}
}

// What runs ends, what starts goes on, and the agent comes back.
func TestARebootedInstanceStaysWhatItIs(t *testing.T) {
	w := newWorld(t, "")
	w.run()
	w.makeCluster("shop")
	id := w.launch("t3.micro", ec2.Agent{Cluster: "shop"})
	w.settle()
	first, runs, starts := w.containerInstance(id), w.runTask(id), w.addTask(id, "PENDING")
	w.update(func(tx *store.Tx) {
		i := *ec2.FindInstance(tx, scope, id)
		i.RebootAt = w.clock.Now()
		ec2.PutInstance(tx, &i)
	})
	w.settle()
	if c := w.containerInstance(id); c.ARN != first.ARN || !c.AgentConnected || w.instance(id).State() != running || w.instance(id).Rebooting() {
		t.Errorf("got %+v, %+v", c, w.instance(id))
	}
	if stop := state.FindTask(w.store.Read(), runs).Stop; stop == nil || stop.Code != ecstypes.TaskStopCodeEssentialContainerExited {
		t.Errorf("its task: %+v", stop)
	}
	if stop := state.FindTask(w.store.Read(), starts).Stop; stop != nil {
		t.Errorf("the one that starts: %+v", stop)
	}
}

func TestATerminatedInstanceGivesEverythingBack(t *testing.T) {
	w := newWorld(t, "")
	w.run()
	w.makeCluster("shop")
	id := w.launch("t3.micro", ec2.Agent{Cluster: "shop"})
	w.settle()
	task := w.runTask(id)
	w.want(id, terminated)
	w.settle()
	if c := w.containerInstance(id); c.Status != state.InstanceInactive || w.instance(id).State() != terminated || w.addresses.count() != 0 {
		t.Errorf("terminated: %+v; %d addresses", c, w.addresses.count())
	}
	if stop := state.FindTask(w.store.Read(), task).Stop; stop == nil || stop.Reason != "Host EC2 (instance "+id+") terminated." {
		t.Errorf("its task: %+v", stop)
	}
}

// A public address is kept while the instance runs, and there is another one after a start.
func TestAPublicAddressIsThereWhileAnInstanceRuns(t *testing.T) {
	w := newWorld(t, "")
	w.run()
	id := w.launch("t3.micro", ec2.Agent{})
	w.settle()
	address := func() netip.Addr { return ec2network.FindPublicAddress(w.store.Read(), w.instance(id).Key()) }
	first := address()
	if !first.IsValid() {
		t.Fatal("it has none, though its subnet maps public addresses")
	}
	w.update(func(tx *store.Tx) {
		i := *ec2.FindInstance(tx, scope, id)
		i.RebootAt = w.clock.Now()
		ec2.PutInstance(tx, &i)
	})
	w.settle()
	if address() != first {
		t.Errorf("after a reboot it has %s, not %s", address(), first)
	}
	w.want(id, stopped)
	w.settle()
	if address().IsValid() {
		t.Errorf("stopped it has %s", address())
	}
	w.want(id, running)
	w.settle()
	if !address().IsValid() {
		t.Error("started it has none")
	}
	w.want(id, terminated)
	w.settle()
	if address().IsValid() {
		t.Errorf("terminated it has %s", address())
	}
}

func TestAnAgentGoesAwayAndComesBack(t *testing.T) {
	w := newWorld(t, "")
	w.run()
	w.makeCluster("shop")
	id := w.launch("t3.micro", ec2.Agent{Cluster: "shop"})
	w.settle()
	w.away.Store(id, true)
	w.controller.Wake(scope, id)
	w.settle()
	if w.containerInstance(id).AgentConnected {
		t.Error("the agent is connected")
	}
	w.away.Delete(id)
	w.controller.Wake(scope, id)
	w.settle()
	if !w.containerInstance(id).AgentConnected {
		t.Error("the agent is not back")
	}
}

func TestAnAddressThatCannotBeHadIsTriedAgain(t *testing.T) {
	w := newWorld(t, "")
	w.addresses.fail = errors.New("the engine is away")
	w.run()
	watch := w.store.Watch(0, ec2.OnInstances())
	defer watch.Close()
	id := w.launch("t3.micro", ec2.Agent{})
	for w.instance(id).State() != running { // a retry, in real time
		key, err := watch.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		watch.Done(key)
	}
}

// What a controller has not done, the next one does.
func TestInstancesGoOnAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	var id string
	for _, step := range []struct {
		change func(w *world)
		done   func(w *world) bool
	}{
		{func(w *world) { id = w.launch("t3.micro", ec2.Agent{Cluster: "shop"}) }, func(w *world) bool { return w.instance(id).State() == running }},
		{func(w *world) { w.makeCluster("shop") }, func(w *world) bool { return w.containerInstance(id).AgentConnected }},
		{func(w *world) { w.runTask(id); w.want(id, stopped) }, func(w *world) bool {
			return w.instance(id).State() == stopped && !w.containerInstance(id).AgentConnected && state.AllTasks(w.store.Read())[0].Stop != nil
		}},
		{func(w *world) { w.want(id, running) }, func(w *world) bool { return w.containerInstance(id).AgentConnected }},
		{func(w *world) { w.want(id, terminated) }, func(w *world) bool {
			return w.instance(id).State() == terminated && w.containerInstance(id).Status == state.InstanceInactive
		}},
	} {
		t.Run("", func(t *testing.T) {
			step.change(newWorld(t, path)) // and no controller
		})
		t.Run("", func(t *testing.T) {
			w := newWorld(t, path)
			w.run()
			w.settle()
			if !step.done(w) {
				t.Errorf("got %+v, %+v", w.instance(id), w.containerInstance(id))
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }
