package sim_test

import (
	"errors"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/backendtest"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

func TestConformance(t *testing.T) {
	backendtest.Run(t, openFixture)
}

func TestSessions(t *testing.T) {
	backendtest.RunExec(t, openFixture)
}

func openFixture(t *testing.T) backendtest.Fixture { return openIn(t, nil) }

func openIn(t *testing.T, vpcs *sim.VPCs) backendtest.Fixture {
	engine := sim.New(sim.Options{Images: []string{"testapp"}, VPCs: vpcs})
	t.Cleanup(func() { engine.Close() })
	return backendtest.Fixture{
		Engine:        engine,
		Image:         "testapp",
		AppPath:       "/testapp",
		MissingImage:  "example.com/missing:1",
		PullableImage: "nginx:1.29",
		Lose:          func() { engine.Disconnect(errors.New("pulled the plug")) },
		Restore:       engine.Reconnect,
	}
}

func TestPair(t *testing.T) {
	backendtest.RunPair(t, func(t *testing.T) backendtest.PairFixture {
		vpcs := sim.NewVPCs()
		return backendtest.PairFixture{A: openIn(t, vpcs), B: openIn(t, vpcs), Apart: true}
	})
}
