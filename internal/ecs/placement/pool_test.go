package placement

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}

// cluster is a store with one cluster, whose container instances tests add.
type cluster struct {
	*store.Store
	row *state.Cluster
}

func newCluster(t testing.TB) *cluster {
	t.Helper()
	s, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{s, &state.Cluster{ARN: scope.Cluster("shop"), Name: "shop", Status: state.ClusterActive}}
	c.update(t, func(tx *store.Tx) { state.Clusters.Put(tx, c.row) })
	return c
}

func (c *cluster) update(t testing.TB, change func(tx *store.Tx)) {
	t.Helper()
	if err := c.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

// add registers an instance in a zone, with 1024 CPU units and 2048 MiB unless changed.
func (c *cluster) add(t testing.TB, id, zone string, changes ...func(*state.ContainerInstance)) string {
	t.Helper()
	instance := &state.ContainerInstance{
		ARN: scope.ContainerInstance("shop", id), LaunchType: types.LaunchTypeEc2, Status: state.InstanceActive, AgentConnected: true,
		Zone: zone, Registered: state.Resources{CPU: 1024, Memory: 2048, Ports: []uint16{22}, ENIs: 2},
		Attributes: []types.Attribute{{Name: aws.String(zoneAttribute), Value: &zone}},
	}
	for _, change := range changes {
		change(instance)
	}
	c.update(t, func(tx *store.Tx) { state.PutContainerInstance(tx, instance, time.Time{}) })
	return instance.ARN
}

func demand(changes ...func(*Demand)) *Demand {
	d := &Demand{LaunchType: types.LaunchTypeEc2, Group: "family:web", Reserved: &state.Reservation{CPU: 100, Memory: 200}}
	for _, change := range changes {
		change(d)
	}
	return d
}

func strategy(pairs ...string) func(*Demand) {
	return func(d *Demand) {
		for pair := range slices.Chunk(pairs, 2) {
			d.Strategy = append(d.Strategy, types.PlacementStrategy{Type: types.PlacementStrategyType(pair[0]), Field: &pair[1]})
		}
	}
}

func memberOf(expression string) func(*Demand) {
	return func(d *Demand) {
		d.Constraints = append(d.Constraints, types.PlacementConstraint{Type: types.PlacementConstraintTypeMemberOf, Expression: &expression})
	}
}

func distinct(d *Demand) {
	d.Constraints = append(d.Constraints, types.PlacementConstraint{Type: types.PlacementConstraintTypeDistinctInstance})
}

// places n tasks one after the other and counts them by the id of the instance.
func (p *Pool) places(t testing.TB, n int, d *Demand) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for i := range n {
		place, misses := p.Place(d)
		if place.ContainerInstance == "" {
			t.Fatalf("task %d has no place: %+v", i, misses)
		}
		counts[arn.Name(place.ContainerInstance)]++
	}
	return counts
}

// TestEachFilterHasItsReason changes one thing at a time on the only instance.
func TestEachFilterHasItsReason(t *testing.T) {
	subnet := &ec2network.Subnet{ID: "subnet-b", Zone: "eu-west-1b"}
	for _, test := range []struct {
		reason   string
		instance func(*state.ContainerInstance)
		demand   func(*Demand)
	}{
		{"AGENT", func(c *state.ContainerInstance) { c.AgentConnected = false }, func(*Demand) {}},
		{"ATTRIBUTE", nil, func(d *Demand) { d.Requires = []types.Attribute{{Name: aws.String("ecs.capability.efs")}} }},
		{"ATTRIBUTE", nil, func(d *Demand) {
			d.Requires = []types.Attribute{{Name: aws.String(zoneAttribute), Value: aws.String("eu-west-1b")}}
		}},
		{"LOCATION", nil, func(d *Demand) { d.Subnets = []*ec2network.Subnet{subnet} }},
		{"RESOURCE:CPU", nil, func(d *Demand) { d.Reserved.CPU = 1025 }},
		{"RESOURCE:MEMORY", nil, func(d *Demand) { d.Reserved.Memory = 2049 }},
		{"RESOURCE:PORTS", nil, func(d *Demand) { d.Reserved.Ports = []uint16{80, 22} }},
		{"RESOURCE:ENI", func(c *state.ContainerInstance) { c.Registered.ENIs = 0 }, func(d *Demand) { d.Reserved.ENI = true }},
		{"RESOURCE:GPU", func(c *state.ContainerInstance) { c.Registered.GPUs = []string{"a"} }, func(d *Demand) { d.Reserved.GPUs = 2 }},
		{"MemberOf placement constraint unsatisfied.", nil, memberOf("attribute:big exists")},
		{"MemberOf placement constraint unsatisfied.", nil, memberOf("attribute:big ===")},
		{"MemberOf placement constraint unsatisfied.", nil, memberOf("task:group == family:db")},
	} {
		c := newCluster(t)
		instance := c.add(t, "1", "eu-west-1a", func(i *state.ContainerInstance) {
			if test.instance != nil {
				test.instance(i)
			}
		})
		d := demand(test.demand)
		pool := NewPool(c.Read(), c.row, NewChance(1))
		place, misses := pool.Place(d)
		if place.ContainerInstance != "" || len(misses) != 1 || misses[0].Reason != test.reason || misses[0].Instance.ARN != instance {
			t.Errorf("want %s: %+v %+v", test.reason, place, misses)
		}
		if _, reason := pool.PlaceOn(instance, d); reason != test.reason {
			t.Errorf("on the instance: %s, want %s", reason, test.reason)
		}
	}
}

// TestTasksSeeWhatOthersTook fills one instance, in one pool and over two transactions.
func TestTasksSeeWhatOthersTook(t *testing.T) {
	c := newCluster(t)
	c.add(t, "1", "eu-west-1a", func(i *state.ContainerInstance) {
		i.Registered.GPUs = []string{"gpu-0", "gpu-1", "gpu-2"}
	})
	web := demand(func(d *Demand) { d.Reserved = &state.Reservation{CPU: 100, Memory: 100, Ports: []uint16{80}, GPUs: 2} })
	c.update(t, func(tx *store.Tx) {
		place, _ := NewPool(tx, c.row, NewChance(1)).Place(web)
		state.AddTask(tx, &state.Task{
			ARN: scope.Task("shop", "1"), Spec: &state.TaskSpec{ClusterARN: c.row.ARN, Group: web.Group, LaunchType: web.LaunchType, Reserved: web.Reserved},
			Placement: &place, Status: state.TaskStatus{LastStatus: state.Pending},
		})
	})
	pool := NewPool(c.Read(), c.row, NewChance(1))
	if _, misses := pool.Place(web); misses[0].Reason != ResourcePorts {
		t.Errorf("port 80 is free again: %v", misses)
	}
	gpu := demand(func(d *Demand) { d.Reserved = &state.Reservation{GPUs: 1} })
	if place, _ := pool.Place(gpu); !slices.Equal(place.GPUs, []string{"gpu-2"}) {
		t.Errorf("GPUs %v", place.GPUs)
	}
	if _, misses := pool.Place(gpu); misses[0].Reason != ResourceGPU {
		t.Errorf("more GPUs than there are: %v", misses)
	}
	dns := demand(func(d *Demand) { d.Reserved = &state.Reservation{PortsUDP: []uint16{80}, ENI: true} })
	pool.places(t, 1, dns)
	if _, misses := pool.Place(dns); misses[0].Reason != ResourcePorts {
		t.Errorf("UDP port 80 is free again: %v", misses)
	}
	if got := pool.places(t, 9, demand()); got["1"] != 9 {
		t.Errorf("placed %v", got)
	}
	if _, misses := pool.Place(demand()); misses[0].Reason != ResourceCPU {
		t.Errorf("1024 CPU units hold 1100: %v", misses)
	}
}

// sixInstances, two in each of three zones.
func sixInstances(t *testing.T) *cluster {
	c := newCluster(t)
	for i, id := range []string{"a1", "a2", "b1", "b2", "c1", "c2"} {
		c.add(t, id, "eu-west-1"+id[:1], func(c *state.ContainerInstance) { c.Registered.CPU += i })
	}
	return c
}

func TestStrategies(t *testing.T) {
	for _, test := range []struct {
		name   string
		demand *Demand
		n      int
		fair   func(placed map[string]int) bool
	}{
		{"spread over instances", demand(strategy("spread", "instanceId")), 12, func(placed map[string]int) bool {
			return len(placed) == 6 && !slices.ContainsFunc(slices.Collect(values(placed)), func(n int) bool { return n != 2 })
		}},
		{"spread over zones, then binpack", demand(strategy("spread", "attribute:ecs.availability-zone", "binpack", "memory")), 9, func(placed map[string]int) bool {
			return len(placed) == 3
		}},
		{"binpack by CPU takes the one with least", demand(strategy("binpack", "CPU")), 10, func(placed map[string]int) bool {
			return placed["a1"] == 10
		}},
		{"a service is spread over zones, then instances", demand(func(d *Demand) { d.Group = "service:web" }), 6, func(placed map[string]int) bool {
			return len(placed) == 6
		}},
		{"distinct instances", demand(distinct), 6, func(placed map[string]int) bool { return len(placed) == 6 }},
		{"no two tasks of the group", demand(memberOf("not(task:group == family:web)")), 6, func(placed map[string]int) bool { return len(placed) == 6 }},
		{"beside a task of the group", demand(memberOf("not(task:group =~ family:.*) or attribute:ecs.availability-zone == eu-west-1c"),
			strategy("binpack", "cpu")), 8, func(placed map[string]int) bool {
			return placed["a1"] == 1 && placed["a2"] == 1 && placed["b1"] == 1 && placed["b2"] == 1 && placed["c1"] == 4
		}},
	} {
		c := sixInstances(t)
		for seed := range uint64(10) {
			if placed := NewPool(c.Read(), c.row, NewChance(seed)).places(t, test.n, test.demand); !test.fair(placed) {
				t.Errorf("%s: %v", test.name, placed)
			}
		}
	}
}

func values(m map[string]int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for _, n := range m {
			if !yield(n) {
				return
			}
		}
	}
}

func TestInstancesOfAnotherKindAreNotExamined(t *testing.T) {
	c := newCluster(t)
	external := c.add(t, "1", "", func(i *state.ContainerInstance) { i.LaunchType = types.LaunchTypeExternal })
	draining := c.add(t, "2", "eu-west-1a", func(i *state.ContainerInstance) { i.Status = state.InstanceDraining })
	pool := NewPool(c.Read(), c.row, NewChance(1))
	if place, misses := pool.Place(demand()); place.ContainerInstance != "" || len(misses) > 0 || pool.Has(types.LaunchTypeEc2, "") {
		t.Errorf("%+v %v", place, misses)
	}
	for instance, want := range map[string]string{draining: "INACTIVE", external: "ATTRIBUTE", scope.ContainerInstance("shop", "3"): "MISSING"} {
		if _, reason := pool.PlaceOn(instance, demand()); reason != want {
			t.Errorf("%s: %s, want %s", instance, reason, want)
		}
	}
	d := demand(func(d *Demand) { d.LaunchType = types.LaunchTypeExternal })
	if daemons := pool.Daemons(d); len(daemons) != 1 || daemons[0].ARN != external || !pool.Has(types.LaunchTypeExternal, "") {
		t.Errorf("daemons on %v", daemons)
	}
	if place, _ := pool.Place(d); place.ContainerInstance != external {
		t.Errorf("placed on %+v", place)
	}
}

// TestClosestInstance: of two misses the later filter is closer.
func TestClosestInstance(t *testing.T) {
	c := newCluster(t)
	c.add(t, "1", "eu-west-1a", func(i *state.ContainerInstance) { i.AgentConnected = false })
	c.add(t, "2", "eu-west-1a", func(i *state.ContainerInstance) { i.Registered.Memory = 100 })
	c.add(t, "3", "eu-west-1a", func(i *state.ContainerInstance) { i.Registered.CPU = 99 })
	_, misses := NewPool(c.Read(), c.row, NewChance(1)).Place(demand())
	if closest, found := Closest(misses); !found || arn.Name(closest.Instance.ARN) != "2" || closest.Reason != ResourceMemory {
		t.Errorf("closest of %+v is %+v", misses, closest)
	}
	if _, found := Closest(nil); found {
		t.Error("the closest of none is found")
	}
}

// TestSubnetOfATask: its instance's own if that is asked for, else one of the zone.
func TestSubnetOfATask(t *testing.T) {
	c := newCluster(t)
	c.add(t, "1", "eu-west-1a", func(i *state.ContainerInstance) { i.Subnet = "subnet-2" })
	subnets := []*ec2network.Subnet{{ID: "subnet-0", Zone: "eu-west-1b"}, {ID: "subnet-1", Zone: "eu-west-1a"}, {ID: "subnet-2", Zone: "eu-west-1a"}}
	for n, want := range map[int]string{2: "subnet-1", 3: "subnet-2"} {
		place, misses := NewPool(c.Read(), c.row, NewChance(1)).Place(demand(func(d *Demand) { d.Subnets = subnets[:n] }))
		if place.SubnetID != want || place.Zone != "eu-west-1a" {
			t.Errorf("of %d subnets %+v %v", n, place, misses)
		}
	}
}

// TestToStop takes from where most are, and gives what a binpack would not have taken.
func TestToStop(t *testing.T) {
	c := sixInstances(t)
	var tasks []*state.Task
	for i, on := range []string{"a1", "a2", "a2", "b1", "c2", "c2", "c2"} {
		tasks = append(tasks, &state.Task{
			ARN:       scope.Task("shop", string(rune('0'+i))),
			Spec:      &state.TaskSpec{ClusterARN: c.row.ARN, Group: "service:web", LaunchType: types.LaunchTypeEc2, Reserved: &state.Reservation{CPU: 100, Memory: 200}},
			Placement: &state.Placement{ContainerInstance: scope.ContainerInstance("shop", on)},
			Status:    state.TaskStatus{LastStatus: state.Running},
		})
	}
	c.update(t, func(tx *store.Tx) {
		for _, task := range tasks {
			state.AddTask(tx, task)
		}
	})
	stopped := func(n int, changes ...func(*Demand)) (on string) {
		d := demand(append(changes, func(d *Demand) { d.Group = "service:web" })...)
		for _, task := range NewPool(c.Read(), c.row, NewChance(1)).ToStop(d, tasks, n) {
			on += arn.Name(task.Placement.ContainerInstance) + " "
		}
		return on
	}
	if got := stopped(4); got != "c2 a2 c2 a1 " {
		t.Errorf("spread over zones and instances: %s", got)
	}
	if got := stopped(3, strategy("binpack", "memory")); got != "a1 b1 a2 " {
		t.Errorf("binpacked: %s", got)
	}
	if got := stopped(9, strategy("random", "")); len(got) != 3*7 {
		t.Errorf("all: %s", got)
	}
}

// TestATaskThatShallStopDoesNotBarItsGroup: distinctInstance goes by desiredStatus, and what the
// task has is not free yet.
func TestATaskThatShallStopDoesNotBarItsGroup(t *testing.T) {
	c := newCluster(t)
	instance := c.add(t, "1", "eu-west-1a")
	d := demand(distinct)
	task := scope.Task("shop", "1")
	c.update(t, func(tx *store.Tx) {
		place, _ := NewPool(tx, c.row, NewChance(1)).Place(d)
		state.AddTask(tx, &state.Task{
			ARN: task, Spec: &state.TaskSpec{ClusterARN: c.row.ARN, Group: d.Group, LaunchType: d.LaunchType, Reserved: d.Reserved},
			Placement: &place, Status: state.TaskStatus{LastStatus: state.Running},
		})
	})
	if _, misses := NewPool(c.Read(), c.row, NewChance(1)).Place(d); len(misses) != 1 || misses[0].Reason != DistinctInstance {
		t.Fatalf("beside a task that runs: %+v", misses)
	}
	c.update(t, func(tx *store.Tx) { state.StopTask(tx, task, state.Stop{Code: types.TaskStopCodeUserInitiated}) })
	pool := NewPool(c.Read(), c.row, NewChance(1))
	if place, misses := pool.Place(d); place.ContainerInstance != instance {
		t.Errorf("beside a task that stops: %+v", misses)
	}
	if _, reason := pool.PlaceOn(instance, d); reason != DistinctInstance {
		t.Errorf("a second one beside it: %q", reason)
	}
	full := demand(distinct, func(d *Demand) { d.Reserved = &state.Reservation{CPU: 1000} })
	if _, misses := NewPool(c.Read(), c.row, NewChance(1)).Place(full); len(misses) != 1 || misses[0].Reason != ResourceCPU {
		t.Errorf("what stops has its CPU units: %+v", misses)
	}
}
