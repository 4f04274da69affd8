// Package scene is what the cases of package backendtest stand on: what they share on an engine, and what they make,
// look at and ask there. Its methods are assertions: they end the case when the engine does not do as told.
package scene

import (
	"context"
	"crypto/rand"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Fixture is an engine under test and what it needs. Package backendtest says what its image's program takes.
type Fixture struct {
	Engine backend.Engine
	// Image is the program's image, which is local. AppPath is where the program
	// is in it, for health checks; it is the image's entry point.
	Image   string
	AppPath string
	// MissingImage is a reference that Pull can't fetch and that is not local.
	MissingImage string
	// PullableImage is one that Pull can fetch and that is not local yet. Without
	// it, only failing pulls are tested.
	PullableImage string
	// Lose cuts the connection to the engine and Restore mends it. Without them,
	// the cases about a lost engine are left out.
	Lose, Restore func()
	// Hang has the engine answer no call, and Resume has it go on. Without them, the cases about an engine that hangs are
	// left out.
	Hang, Resume func()
	// Discard removes a shared volume, which no engine does; nil where they end with the
	// engine.
	Discard func(t *testing.T, volume string)
	// ResolverElsewhere says that another engine has the third address of networks, where resolvers are.
	ResolverElsewhere bool
}

const (
	// Patience is how long a condition may take to come true, on a machine that is busy.
	Patience = 2 * time.Minute
	// Grace is how long a program has to end on the signal. It ends at once, unless the
	// signal comes before it listens.
	Grace = 30 * time.Second
)

// Suite is what the cases of one owner share.
type Suite struct {
	Fixture
	Network  backend.Network // that sandboxes are on
	Recorder *Recorder
	Token    string        // in all names: suites may share a daemon
	made     atomic.Uint32 // numbers handed out for names

	common
}

// NewSuite watches an engine, and cleans up when the test ends.
func NewSuite(t *testing.T, fixture Fixture) *Suite {
	t.Helper()
	s := &Suite{Fixture: fixture, Recorder: NewRecorder(), Token: rand.Text()[:8]}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), Patience)
		defer cancel()
		if err := s.Engine.RemoveAll(ctx); err != nil {
			t.Errorf("RemoveAll after the suite: %v", err)
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	watching := make(chan error, 1)
	go func() { watching <- s.Engine.Watch(ctx, nil, s.Recorder.Record) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-watching:
			ExpectStopped(t, "Watch", err)
		case <-time.After(Patience):
			t.Errorf("Watch has not returned %v after its context ended", Patience)
		}
	})
	s.Recorder.Await(t, "Resync from Watch", func(events []backend.Event) bool { return len(events) > 0 })
	network, err := s.Engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc-backendtest"})
	if err != nil {
		t.Fatalf("EnsureNetwork: %v", err)
	}
	s.Network = network
	return s
}
