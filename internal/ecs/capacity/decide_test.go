package capacity_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

const (
	running    = types.InstanceStateNameRunning
	stopped    = types.InstanceStateNameStopped
	terminated = types.InstanceStateNameTerminated
)

func TestDecide(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	delays := capacity.Delays{Launch: 10 * time.Second, Boot: 20 * time.Second, Stop: 30 * time.Second, Terminate: 40 * time.Second}
	shop := &state.Cluster{Name: "shop", Status: state.ClusterActive}
	registered := func(status string, connected bool) *state.ContainerInstance {
		return &state.ContainerInstance{Status: status, AgentConnected: connected}
	}
	at := func(wanted, reached types.InstanceStateName) *ec2.Instance {
		return &ec2.Instance{ID: "i-1", Wanted: wanted, WantedAt: now, Reached: reached, ReachedAt: now, PrivateIP: "172.31.0.9",
			Agent: ec2.Agent{Cluster: "shop"}}
	}
	without := at(running, "")
	without.PrivateIP = ""
	known := at(running, running)
	known.ContainerInstance = "arn"
	rebooting := at(running, running)
	rebooting.ContainerInstance, rebooting.RebootAt = "arn", now

	noticed := func(since time.Duration, drains, heeded bool) *ec2.Instance {
		i := *known
		i.NoticeAt, i.NoticeHeeded, i.Agent.DrainsSpot = now.Add(-since), heeded, drains
		return &i
	}
	over := now.Add(2 * time.Minute)

	for name, c := range map[string]struct {
		view capacity.View
		want capacity.Plan
	}{
		"a notice to one that does not drain": {capacity.View{Instance: noticed(0, false, false), Registered: registered(state.InstanceActive, true)}, capacity.Plan{WakeAt: over}},
		"its agent drains it":                 {capacity.View{Instance: noticed(0, true, false), Registered: registered(state.InstanceActive, true)}, capacity.Plan{Drain: true, WakeAt: over}},
		"once":                                {capacity.View{Instance: noticed(0, true, true), Registered: registered(state.InstanceActive, true)}, capacity.Plan{WakeAt: over}},
		"not while it is away":                {capacity.View{Instance: noticed(0, true, false), Registered: registered(state.InstanceActive, false), AgentAway: true}, capacity.Plan{WakeAt: over}},
		"ECS drains it without":               {capacity.View{Instance: noticed(0, false, false), Registered: registered(state.InstanceActive, false), AgentAway: true, ManagedDraining: true}, capacity.Plan{Drain: true, WakeAt: over}},
		"a user had it drain":                 {capacity.View{Instance: noticed(0, true, false), Registered: registered(state.InstanceDraining, true)}, capacity.Plan{WakeAt: over}},
		"the notice is over":                  {capacity.View{Instance: noticed(2*time.Minute, true, true), Registered: registered(state.InstanceDraining, true)}, capacity.Plan{Interrupt: true}},
		"a new one needs an address":          {capacity.View{Instance: without}, capacity.Plan{Address: true}},
		"with one it runs":                    {capacity.View{Instance: at(running, "")}, capacity.Plan{Reach: running}},
		"later, as on AWS":                    {capacity.View{Instance: at(running, ""), Delays: delays}, capacity.Plan{WakeAt: now.Add(10 * time.Second)}},
		"its agent boots":                     {capacity.View{Instance: at(running, running), Cluster: shop, Delays: delays}, capacity.Plan{WakeAt: now.Add(20 * time.Second)}},
		"and joins":                           {capacity.View{Instance: at(running, running), Cluster: shop}, capacity.Plan{Register: true}},
		"if its role may":                     {capacity.View{Instance: at(running, running), Cluster: shop, Refused: true}, capacity.Plan{WakeAt: now.Add(30 * time.Second)}},
		"if its engine answers":               {capacity.View{Instance: at(running, running), Cluster: shop, EngineSilent: true}, capacity.Plan{WakeAt: now.Add(30 * time.Second)}},
		"when there is the cluster":           {capacity.View{Instance: at(running, running)}, capacity.Plan{}},
		"no INACTIVE one":                     {capacity.View{Instance: at(running, running), Cluster: &state.Cluster{Status: state.ClusterInactive}}, capacity.Plan{}},
		"it joins once":                       {capacity.View{Instance: known, Registered: registered(state.InstanceActive, true), Cluster: shop}, capacity.Plan{}},
		"also after a user deregisters":       {capacity.View{Instance: known, Registered: registered(state.InstanceInactive, false), Cluster: shop}, capacity.Plan{}},
		"also when that is forgotten":         {capacity.View{Instance: known, Cluster: shop}, capacity.Plan{}},
		"its agent comes back":                {capacity.View{Instance: known, Registered: registered(state.InstanceDraining, false)}, capacity.Plan{Connect: true}},
		"not where no engine answers":         {capacity.View{Instance: known, Registered: registered(state.InstanceDraining, false), EngineSilent: true}, capacity.Plan{}},
		"and goes away":                       {capacity.View{Instance: known, Registered: registered(state.InstanceActive, true), AgentAway: true}, capacity.Plan{Disconnect: true}},
		"a reboot takes agent and tasks":      {capacity.View{Instance: rebooting, Registered: registered(state.InstanceActive, true), Tasks: 1}, capacity.Plan{Disconnect: true, StopTasks: "Essential container in task exited", Exited: true}},
		"and takes its time":                  {capacity.View{Instance: rebooting, Registered: registered(state.InstanceActive, false), Delays: delays}, capacity.Plan{WakeAt: now.Add(20 * time.Second)}},
		"before it is over":                   {capacity.View{Instance: rebooting, Registered: registered(state.InstanceActive, false)}, capacity.Plan{Rebooted: true}},
		"also without an agent":               {capacity.View{Instance: rebooting}, capacity.Plan{Rebooted: true}},
		"stopped before it ran":               {capacity.View{Instance: at(stopped, "")}, capacity.Plan{Reach: stopped}},
		"a stop takes agent and tasks":        {capacity.View{Instance: at(stopped, running), Registered: registered(state.InstanceActive, true), Tasks: 2, Delays: delays}, capacity.Plan{Disconnect: true, StopTasks: "Host EC2 (instance i-1) stopped.", WakeAt: now.Add(30 * time.Second)}},
		"which are taken once":                {capacity.View{Instance: at(stopped, running), Registered: registered(state.InstanceActive, false), Delays: delays}, capacity.Plan{WakeAt: now.Add(30 * time.Second)}},
		"tasks without an agent":              {capacity.View{Instance: at(stopped, running), Registered: registered(state.InstanceActive, false), Tasks: 1}, capacity.Plan{StopTasks: "Host EC2 (instance i-1) stopped.", Reach: stopped}},
		"a started one boots":                 {capacity.View{Instance: at(running, stopped), Registered: registered(state.InstanceActive, false), Delays: delays}, capacity.Plan{WakeAt: now.Add(10 * time.Second)}},
		"a lost one is deregistered":          {capacity.View{Instance: at(terminated, running), Registered: registered(state.InstanceActive, true), Tasks: 1}, capacity.Plan{Deregister: true, StopTasks: "Host EC2 (instance i-1) terminated.", Reach: terminated}},
		"unless its agent was away":           {capacity.View{Instance: at(terminated, stopped), Registered: registered(state.InstanceActive, false)}, capacity.Plan{Reach: terminated}},
		"a terminated one has nothing more":   {capacity.View{Instance: at(terminated, terminated), Registered: registered(state.InstanceActive, false)}, capacity.Plan{}},
	} {
		c.view.Now = now
		if got := capacity.Decide(c.view); got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}
