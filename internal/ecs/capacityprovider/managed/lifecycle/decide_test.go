package lifecycle

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed/instancetype"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var (
	scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}
	noon  = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
)

// fleet is a view of a provider with three zones and two types: small with 2 vCPUs, large with 8.
func fleet(instances ...Instance) View {
	kind := func(name string, vcpus, enis int) *ec2.InstanceType {
		return &ec2.InstanceType{Name: name, VCPUs: vcpus, MemoryMiB: vcpus * 4096, Registered: vcpus * 4000, ENIs: enis, Architecture: ec2.X86}
	}
	v := View{
		Provider: &capacityprovider.Provider{
			ARN: scope.CapacityProvider("mine"), Name: "mine", Cluster: "shop", Status: types.CapacityProviderStatusActive, Managed: &types.ManagedInstancesProvider{},
		},
		Instances: instances, Types: []*ec2.InstanceType{kind("small", 2, 4), kind("large", 8, 8)}, Most: -1, Now: noon,
		Free: func(*ec2network.Subnet) int { return 100 },
	}
	for _, zone := range []string{"a", "b", "c"} {
		v.Subnets = append(v.Subnets, &ec2network.Subnet{ID: "subnet-" + zone, Zone: zone})
	}
	return v
}

// running is an instance that serves, with tasks.
func running(id string, tasks int) Instance {
	i := Instance{
		Row:  &managed.Instance{Scope: scope, ID: id, Provider: scope.CapacityProvider("mine"), LaunchedAt: noon.Add(-10 * time.Minute)},
		EC2:  &ec2.Instance{Scope: scope, ID: id, Zone: "a", Wanted: ec2types.InstanceStateNameRunning, Reached: ec2types.InstanceStateNameRunning},
		Type: fleet().Types[0], Registered: &state.ContainerInstance{ARN: scope.ContainerInstance("shop", id), Status: state.InstanceActive, AgentConnected: true},
		Tasks: tasks, Others: tasks, Load: instancetype.Need{CPU: 512 * tasks, Memory: 512 * tasks},
	}
	return i
}

func waiting(group string, n int) (list []Wait) {
	for i := range n {
		list = append(list, Wait{Task: fmt.Sprint(group, i), Group: group, Need: instancetype.Need{CPU: 512, Memory: 512, ENIs: 1, Architecture: ec2.X86}})
	}
	return list
}

func launches(p Plan) string {
	var list []string
	for _, l := range p.Launch {
		list = append(list, strings.TrimSpace(l.Type.Name+" "+l.Subnet.Zone+" "+l.Replaces))
	}
	return strings.Join(list, ", ")
}

// TestWaitingTasksShareInstances: tasks of RunTask share one; tasks of a service are spread over three zones first.
func TestWaitingTasksShareInstances(t *testing.T) {
	for _, c := range []struct {
		what    string
		waiting []Wait
		change  func(*View)
		want    string
	}{
		{"three tasks", waiting("family:web", 3), nil, "small a"},
		{"five tasks need a larger one", waiting("family:web", 5), nil, "large a"},
		{"eight are too many for one", waiting("family:web", 8), nil, "large a, small a"},
		{"a service of four", waiting("service:web", 4), nil, "small a, small b, small c"},
		{"a service in one zone", waiting("service:web", 3), func(v *View) { v.Subnets = v.Subnets[1:2] }, "small b"},
		{"a service with tasks elsewhere", waiting("service:web", 1), func(v *View) { v.InZones = map[string]map[string]int{"service:web": {"a": 1, "b": 1}} }, "small c"},
		{"one comes that holds them", waiting("family:web", 2), func(v *View) {
			comes := running("i-1", 0)
			comes.Registered = nil
			v.Instances = []Instance{comes}
		}, ""},
		{"one comes in the zone that has no tasks yet", waiting("service:web", 2), func(v *View) {
			serves, comes := running("i-1", 0), running("i-2", 0)
			serves.Claims = []string{"service:web", "service:web"}
			comes.Registered, comes.EC2.Zone = nil, "b"
			v.Instances, v.Subnets = []Instance{serves, comes}, v.Subnets[:2]
		}, ""},
		{"daemons take some of it", waiting("family:web", 3), func(v *View) { v.Reserved = instancetype.Need{CPU: 1024} }, "large a"},
		{"no more are allowed", waiting("family:web", 3), func(v *View) { v.Most = 0 }, ""},
		{"one more is allowed", waiting("service:web", 4), func(v *View) { v.Most = 1 }, "large a"},
		{"no zone but one has room", waiting("service:web", 3), func(v *View) {
			v.Free = func(s *ec2network.Subnet) int { return len(s.Zone) - len(strings.Trim(s.Zone, "b")) }
		}, "small b"},
		{"the provider goes", waiting("family:web", 3), func(v *View) { v.Provider.Status = types.CapacityProviderStatusDeprovisioning }, ""},
	} {
		v := fleet()
		v.Waiting = c.waiting
		if c.change != nil {
			c.change(&v)
		}
		if got := launches(Decide(v)); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// TestTasksThatNoTypeHolds end, and say why.
func TestTasksThatNoTypeHolds(t *testing.T) {
	v := fleet()
	v.Waiting = []Wait{{Task: "big", Need: instancetype.Need{CPU: 9000}}, {Task: "gpu", GPUs: 1}, {Task: "ok", Need: instancetype.Need{CPU: 1}}}
	p := Decide(v)
	if len(p.Fail) != 2 || p.Fail[0].Task != "big" || !strings.Contains(p.Fail[0].Reason, "9000 CPU units") || launches(p) != "small a" {
		t.Errorf("%+v, %s", p.Fail, launches(p))
	}
}

// TestReasonsToGo: what the controller finds itself, and what it does then.
func TestReasonsToGo(t *testing.T) {
	for _, c := range []struct {
		what   string
		tasks  int
		change func(*View, *Instance)
		want   string // reason, what is launched, what begins to drain, what is terminated
	}{
		{"at work", 1, func(*View, *Instance) {}, "; ; ; "},
		{"idle for a while", 0, func(_ *View, i *Instance) { i.Row.IdleAt = noon.Add(-idleTime) }, "ScaleIn; ; i-1; "},
		{"idle, and a task comes", 0, func(_ *View, i *Instance) { i.Row.IdleAt, i.Claims = noon.Add(-idleTime), []string{"family:web"} }, "; ; ; "},
		{"idle for ever", 0, func(v *View, i *Instance) {
			i.Row.IdleAt = noon.Add(-240 * time.Hour)
			v.Provider.Managed.InfrastructureOptimization = &types.InfrastructureOptimization{ScaleInAfter: aws.Int32(-1)}
		}, "; ; ; "},
		{"14 days", 1, func(_ *View, i *Instance) { i.Row.LaunchedAt = noon.Add(-drainAge) }, "Age; small a i-1; ; "},
		{"14 days, and no room for another one", 1, func(v *View, i *Instance) {
			i.Row.LaunchedAt, v.Most = noon.Add(-drainAge), 0
		}, "Age; ; i-1; "},
		{"21 days", 1, func(_ *View, i *Instance) {
			i.Row.LaunchedAt, i.Row.DrainingAt = noon.Add(-endAge), noon.Add(-endAge+drainAge)
			i.Row.Drains = []managed.Drain{{Reason: managed.Age, Replace: true}}
		}, "; ; ; i-1"},
		{"a Spot notice", 1, func(_ *View, i *Instance) { i.EC2.NoticeAt = noon }, "SpotInterruption; ; i-1; "},
		{"a Spot notice of one that waits for its replacement", 1, func(_ *View, i *Instance) {
			i.EC2.NoticeAt = noon
			i.Row.Drains = []managed.Drain{{Reason: managed.Age, Replace: true}}
		}, "SpotInterruption; ; i-1; "},
		{"its agent is lost", 1, func(_ *View, i *Instance) {
			i.Registered.AgentConnected, i.Row.ImpairedAt = false, noon.Add(-impairedTime)
		}, "AutoRepair; small a i-1; ; "},
		{"its agent is lost, without repair", 1, func(v *View, i *Instance) {
			i.Registered.AgentConnected, i.Row.ImpairedAt = false, noon.Add(-impairedTime)
			v.Provider.Managed.AutoRepairConfiguration = &types.AutoRepairConfiguration{ActionsStatus: types.AutoRepairActionsStatusDisabled}
		}, "; ; ; "},
		{"its agent was lost, and it has drained", 1, func(_ *View, i *Instance) {
			i.Registered.AgentConnected, i.Row.ImpairedAt, i.Row.DrainingAt = false, noon.Add(-time.Hour), noon.Add(-lostTime)
			i.Row.Drains = []managed.Drain{{Reason: managed.AutoRepair, Replace: true}}
		}, "; ; ; i-1"},
		{"it is never registered", 0, func(_ *View, i *Instance) { i.Registered, i.Row.LaunchedAt = nil, noon.Add(-comingTime) }, "AutoRepair; ; ; i-1"},
		{"its critical daemons do not start", 0, func(_ *View, i *Instance) {
			i.Registered.Status, i.Registered.RegisteredAt = state.InstanceRegistering, noon.Add(-comingTime)
		}, "AutoRepair; ; i-1; "},
		{"its critical daemons do not start, without repair", 0, func(v *View, i *Instance) {
			i.Registered.Status, i.Registered.RegisteredAt = state.InstanceRegistering, noon.Add(-comingTime)
			v.Provider.Managed.AutoRepairConfiguration = &types.AutoRepairConfiguration{ActionsStatus: types.AutoRepairActionsStatusDisabled}
		}, "; ; ; "},
		{"drains with tasks", 1, func(_ *View, i *Instance) {
			i.Row.DrainingAt, i.Row.Drains = noon.Add(-time.Hour), []managed.Drain{{Reason: managed.ScaleIn}}
		}, "; ; ; "},
		{"drains without", 0, func(_ *View, i *Instance) {
			i.Row.DrainingAt, i.Row.Drains = noon.Add(-time.Hour), []managed.Drain{{Reason: managed.ScaleIn}}
		}, "; ; ; i-1"},
		{"the provider goes", 1, func(v *View, _ *Instance) { v.Provider.Status = types.CapacityProviderStatusDeprovisioning }, "Deleted; ; i-1; "},
		{"the provider goes before it is registered", 0, func(v *View, i *Instance) {
			v.Provider.Status, i.Registered = types.CapacityProviderStatusDeprovisioning, nil
		}, "Deleted; ; ; i-1"},
	} {
		i := running("i-1", c.tasks)
		v := fleet()
		c.change(&v, &i)
		v.Instances = []Instance{i}
		p := Decide(v)
		var reasons []string
		for _, d := range p.Drains {
			reasons = append(reasons, string(d.Reason))
		}
		if got := strings.Join([]string{strings.Join(reasons, ","), launches(p), strings.Join(p.Begin, ","), strings.Join(p.Terminate, ",")}, "; "); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// TestTheContainerInstanceSaysTheStrongestReason: also if that comes while it drains.
func TestTheContainerInstanceSaysTheStrongestReason(t *testing.T) {
	i := running("i-1", 1)
	i.Row.Drains, i.Row.DrainingAt = []managed.Drain{{Reason: managed.ScaleIn}}, noon.Add(-time.Minute)
	i.Registered.Status, i.Registered.DrainedBy = state.InstanceDraining, managed.ScaleIn.Words()
	if p := Decide(fleet(i)); !p.empty() {
		t.Errorf("it says its reason, and there is a plan: %+v", p)
	}
	i.EC2.NoticeAt = noon
	i.Row.Drains = append(i.Row.Drains, managed.Drain{Reason: managed.SpotInterruption})
	if p := Decide(fleet(i)); !slices.Equal(p.Retell, []string{"i-1"}) {
		t.Errorf("a stronger reason: %+v", p)
	}
}

// TestRepairsPause: an instance that stood in for impaired ones, and is impaired at once, has its own replacement after a while, which
// doubles each time.
func TestRepairsPause(t *testing.T) {
	for repairs, pause := range map[int]time.Duration{0: 0, 1: time.Minute, 3: 4 * time.Minute, 99: 32 * time.Minute} {
		i := running("i-2", 1)
		i.Row.Repairs, i.Row.LaunchedAt = repairs, noon.Add(-pause)
		i.Row.Drains = []managed.Drain{{Reason: managed.AutoRepair, Replace: true}}
		p := Decide(fleet(i))
		if launches(p) != "small a i-2" || p.Launch[0].Repairs != repairs+1 {
			t.Errorf("after %v: %+v", pause, p)
		}
		i.Registered.Leaves = true
		if i.Row.LaunchedAt = i.Row.LaunchedAt.Add(time.Second); pause > 0 {
			if p = Decide(fleet(i)); !p.empty() || !p.WakeAt.Equal(noon.Add(time.Second)) {
				t.Errorf("before %v: %+v", pause, p)
			}
		}
	}
	i := running("i-2", 1)
	i.Row.Repairs, i.Row.LaunchedAt = 3, noon.Add(-repaired)
	i.Row.Drains = []managed.Drain{{Reason: managed.AutoRepair, Replace: true}}
	if p := Decide(fleet(i)); len(p.Launch) != 1 || p.Launch[0].Repairs != 1 {
		t.Errorf("after an hour: %+v", p)
	}
}

// TestAReplacementComesFirst: the old instance takes no tasks any more, and drains when the new one serves, which is not idle until the old
// one has gone. Once it is to stay, it takes tasks again.
func TestAReplacementComesFirst(t *testing.T) {
	old, other := running("i-1", 2), running("i-2", 0)
	old.Row.Drains, old.Row.ReplacedBy = []managed.Drain{{Reason: managed.DaemonDeployment, Replace: true}}, "i-2"
	other.Row.Replaces = "i-1"
	registered := other.Registered
	other.Registered = nil
	if p := Decide(fleet(old, other)); !slices.Equal(p.Leaves, []Leaves{{old.Registered.ARN, true}}) || len(p.Begin) > 0 {
		t.Errorf("at first: %+v", p)
	}
	old.Registered.Leaves = true
	if p := Decide(fleet(old, other)); !p.empty() {
		t.Errorf("before it serves: %+v", p)
	}
	stays := old
	row := *old.Row
	row.Drains, stays.Row = nil, &row
	if p := Decide(fleet(stays)); !slices.Equal(p.Leaves, []Leaves{{old.Registered.ARN, false}}) {
		t.Errorf("if it is to stay: %+v", p)
	}
	other.Registered = registered
	registered.LacksDaemon = true
	if p := Decide(fleet(old, other)); !p.empty() {
		t.Errorf("while a daemon of the new one does not run: %+v", p)
	}
	registered.LacksDaemon = false
	if p := Decide(fleet(old, other)); !slices.Equal(p.Begin, []string{"i-1"}) || len(p.Notes) > 0 {
		t.Errorf("then: %+v", p)
	}
	other.EC2.Reached, other.EC2.Wanted = ec2types.InstanceStateNameTerminated, ec2types.InstanceStateNameTerminated
	if p := Decide(fleet(old, other)); launches(p) != "small a i-1" || !slices.Equal(p.Gone, []string{"i-2"}) {
		t.Errorf("if it is lost: %+v", p)
	}
}
