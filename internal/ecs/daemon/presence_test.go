package daemon_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
)

// TestCounts: a task that has ended on an instance that drains runs no more.
func TestCounts(t *testing.T) {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Update(func(tx *store.Tx) error {
		for instance, p := range map[string]daemon.Presence{
			"runs":           {Running: true},
			"drains":         {Running: true, Draining: true},
			"drains, ended":  {Draining: true},
			"is without":     {Without: true},
			"starts":         {},
			"other revision": {Revision: "2", Running: true},
		} {
			if p.Instance, p.Daemon, p.Provider = instance, "agent", "machines"; p.Revision == "" {
				p.Revision = "1"
			}
			daemon.PutPresence(tx, &p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := daemon.Count{Revision: "1", Provider: "machines", Running: 1, Draining: 2, Without: 1, RunningDraining: 1}
	if got := daemon.Counts(s.Read(), "agent", "1"); len(got) != 1 || got["machines"] != want {
		t.Errorf("%+v", got)
	}
}
