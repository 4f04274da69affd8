package placement

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestTasksOnFargateAreOnTheEngineWithMostToSpare, in their zones as ever: an engine is none. One that none can have has a reason.
func TestTasksOnFargateAreOnTheEngineWithMostToSpare(t *testing.T) {
	c := newCluster(t)
	board := engineroom.Board{Engines: func() []engineroom.Engine {
		return []engineroom.Engine{
			{Name: "a", Ready: true, Architecture: "x86_64", CPU: 1024, Memory: 4096}, {Name: "b", Ready: true, Architecture: "x86_64", CPU: 2048, Memory: 4096},
			{Name: "away", Architecture: "arm64"},
		}
	}}
	request := Request{
		Subnets: []*ec2network.Subnet{{ID: "s1", Zone: "one"}, {ID: "s2", Zone: "two"}}, Engines: board.View().In(c.Read()),
		Engine: engineroom.Ask{Architecture: "x86_64", CPU: 512, Memory: 512},
	}
	view := NewView()
	for i, want := range []string{"b one", "a two", "b one", "b two", "a one", "b two", "b one", "a two", "b one"} { // beyond what they have, too
		got, lack := Place(view, request)
		if on := got.Host + " " + got.Zone; on != want || lack != nil || got.Waiting != nil {
			t.Errorf("task %d is on %s, want %s, lack %v", i, on, want, lack)
		}
	}
	request.Engine.Architecture = "arm64"
	if got, lack := Place(view, request); lack != nil || got.Host != "" || got.Zone == "" || got.Waiting == nil || got.Waiting.Reason != "ecs-emulator: the engine away does not answer" {
		t.Errorf("placed on %+v, lack %v, want one that waits in a zone", got, lack)
	}
	request.Engine.Engine = "a"
	if _, lack := Place(view, request); lack == nil || lack.Reason() != "ecs-emulator: the engine a has the architecture x86_64, not arm64" {
		t.Errorf("lack %v", lack)
	}
}

func on(engine string) func(*state.ContainerInstance) {
	return func(c *state.ContainerInstance) {
		c.Host = engine
		c.Attributes = append([]types.Attribute{{Name: aws.String(engineroom.Attribute), Value: &engine}}, c.Attributes...) // sorted
	}
}

func TestTasksAreOnTheEngineOfTheirInstance(t *testing.T) {
	c := newCluster(t)
	c.add(t, "1", "one", on("a"))
	c.add(t, "2", "one", on("b"))
	c.add(t, "3", "one", on("b"))
	pool := NewPool(c.Read(), c.row, NewChance(1))
	place := func(d *Demand) string {
		t.Helper()
		got, misses := pool.Place(d)
		if got.ContainerInstance == "" {
			return misses[0].Reason
		}
		return got.Host
	}
	for what, d := range map[string]*Demand{
		"its tag": demand(func(d *Demand) { d.Engines = []string{"b"} }), "a constraint": demand(memberOf("attribute:ecs-emulator.engine == b")),
	} {
		if got := place(d); got != "b" {
			t.Errorf("by %s the task is on %s", what, got)
		}
	}
	if got := place(demand(func(d *Demand) { d.Engines = []string{"a", "b"} })); got != Attribute {
		t.Errorf("a task that must be on both engines: %s", got)
	}
	spread := demand(strategy("spread", "attribute:ecs-emulator.engine"), func(d *Demand) { d.Group = "family:spread" })
	count := map[string]int{}
	for range 6 {
		count[place(spread)]++
	}
	if count["a"] != 3 || count["b"] != 3 {
		t.Errorf("spread over engines: %v", count)
	}
}

// TestFileSystemKeepsTasksOfInstancesTogether also those that one decision places, before a row says where it is.
func TestFileSystemKeepsTasksOfInstancesTogether(t *testing.T) {
	c := newCluster(t)
	c.add(t, "1", "one", on("a"))
	c.add(t, "2", "one", on("b"))
	pool := NewPool(c.Read(), c.row, NewChance(1))
	d := demand(strategy("spread", "instanceId"), func(d *Demand) { d.FileSystems = []string{"fs-1"} })
	first, _ := pool.Place(d)
	for range 3 {
		if next, misses := pool.Place(d); next.Host != first.Host {
			t.Errorf("on engine %q, the first is on %q: %v", next.Host, first.Host, misses)
		}
	}
	d = demand(func(d *Demand) { d.FileSystems, d.Reserved.CPU = []string{"fs-1"}, 1000 })
	_, misses := pool.Place(d)
	reasons := map[string]string{}
	for _, m := range misses {
		reasons[m.Instance.Host] = m.Reason
	}
	other := map[string]string{"a": "b", "b": "a"}[first.Host]
	if reasons[first.Host] != ResourceCPU || reasons[other] != Attribute {
		t.Errorf("reasons %v, want the one about the file system on engine %s", reasons, other)
	}
	c.update(t, func(tx *store.Tx) { engineroom.Claim(tx, "b", []string{"fs-2"}) })
	board := engineroom.Board{Engines: func() []engineroom.Engine { return []engineroom.Engine{{Name: "a"}, {Name: "b"}} }}
	if got := board.View().In(c.Read()).Demands(engineroom.Ask{FileSystems: []string{"fs-2"}}); len(got) != 1 || got[0] != "b" {
		t.Errorf("tasks that mount fs-2 must be on %v", got)
	}
}
