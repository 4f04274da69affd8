package awslogs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// dropping is an engine with a container that has written a line each second. Each of its answers has lines from one number up
// to another, and breaks off but for the last one.
type dropping struct {
	backend.Engine
	started time.Time
	answers [][2]int
}

func (d *dropping) Logs(_ context.Context, _ string, opts backend.LogOptions) error {
	answer := d.answers[0]
	for n := answer[0]; n < answer[1]; n++ {
		if at := d.started.Add(time.Duration(n) * time.Second); !at.Before(opts.Since) {
			if err := opts.Write(at, false, fmt.Sprint(n)); err != nil {
				return err
			}
		}
	}
	if len(d.answers) == 1 {
		return nil
	}
	d.answers = d.answers[1:]
	return errors.New("unexpected EOF")
}

// A reader that does not find the last lines that it has read says so once, and at the end for how long lines are lost.
func TestLinesThatTheEngineHasDroppedAreTold(t *testing.T) {
	for name, c := range map[string]struct {
		answers [][2]int
		want    []string
	}{
		"nothing is lost":              {[][2]int{{0, 10}, {0, 15}, {9, 20}}, nil},
		"some lines are lost":          {[][2]int{{0, 10}, {40, 50}}, []string{"for=31s"}},
		"lines are lost several times": {[][2]int{{0, 10}, {40, 50}, {60, 70}, {90, 95}}, []string{"for=31s", "for=1m3s gaps=3"}},
	} {
		t.Run(name, func(t *testing.T) {
			engine := &dropping{answers: c.answers}
			withReaders(t, engine, "dropping", func(f *fixture) {
				engine.started = time.Now().Add(-time.Hour)
				f.readers.Follow("dropping", f.config, false)
				time.Sleep(time.Minute)
				synctest.Wait()
				said := strings.Split(strings.TrimSpace(f.said.String()), "\n")
				if len(c.want) == 0 && said[0] == "" {
					said = nil
				}
				if len(said) != len(c.want) {
					t.Fatalf("it says %q", said)
				}
				for i, want := range c.want {
					if !strings.Contains(said[i], "logStream=dropping "+want) {
						t.Errorf("it says %s, and not %s", said[i], want)
					}
				}
			})
		})
	}
}

// With its group a position is gone, which is no trouble when the container is removed.
func TestAContainerIsForgottenWhoseGroupIsGone(t *testing.T) {
	engine := &dropping{answers: [][2]int{{0, 3}}}
	withReaders(t, engine, "dropping", func(f *fixture) {
		f.readers.Follow("dropping", f.config, false)
		time.Sleep(time.Minute)
		f.logs.DeleteGroup("shop")
		f.readers.Forget(f.Context(), "dropping")
		if said := f.said.String(); said != "" {
			t.Errorf("it says %s", said)
		}
	})
}
