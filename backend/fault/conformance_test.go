package fault_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/backendtest"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// An engine without rules is as good as the one behind it.
func TestConformance(t *testing.T) {
	backendtest.Run(t, openFixture)
}

func TestSessions(t *testing.T) {
	backendtest.RunExec(t, openFixture)
}

func TestAcross(t *testing.T) {
	backendtest.RunAcross(t, func(t *testing.T) backendtest.PairFixture {
		vpcs := sim.NewVPCs()
		return backendtest.PairFixture{A: openIn(t, vpcs), B: openIn(t, vpcs), Apart: true}
	})
}

func openFixture(t *testing.T) backendtest.Fixture { return openIn(t, nil) }

func openIn(t *testing.T, vpcs *sim.VPCs) backendtest.Fixture {
	behind := sim.New(sim.Options{Images: []string{"testapp"}, VPCs: vpcs})
	t.Cleanup(func() { behind.Close() })
	engine := fault.New(behind, fault.Options{})
	var hangs string
	return backendtest.Fixture{
		Engine:        engine,
		Image:         "testapp",
		AppPath:       "/testapp",
		MissingImage:  "example.com/missing:1",
		PullableImage: "nginx:1.29",
		Lose:          func() { engine.Leave("pulled the plug") },
		Restore:       engine.Return,
		Hang:          func() { hangs, _ = engine.AddRule(fault.Rule{Hang: true}) },
		Resume:        func() { engine.RemoveRule(hangs) },
	}
}
