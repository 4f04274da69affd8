package engines

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// watched is an agent that is asked how its engines are.
type watched struct {
	lost  map[string]bool
	asked int
}

func (w *watched) LastInfo(string) backend.Info {
	return backend.Info{Name: "sim", Architecture: "amd64", CPUs: 2, Memory: 4 << 30}
}

func (w *watched) Health(host string) error {
	w.asked++
	if w.lost[host] {
		return errors.New("gone")
	}
	return nil
}

func TestEnginesAreLookedAtAgainWhenOneChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Set{all: []*Engine{{Place: Place{Name: "a"}}, {Place: Place{Name: "b"}}}}
		at := &watched{lost: map[string]bool{}}
		first := s.Room(at)
		if e := first[1]; e.Name != "b" || !e.Ready || e.Architecture != "x86_64" || e.CPU != 2048 || e.Memory != 4096 {
			t.Errorf("%+v", e)
		}
		for range 100 {
			if again := s.Room(at); &again[0] != &first[0] {
				t.Fatal("another slice although nothing has changed")
			}
		}
		if at.asked != 2 {
			t.Errorf("asked %d times, want once for each engine", at.asked)
		}

		at.lost["b"] = true
		s.Changed()
		if now := s.Room(at); !now[0].Ready || now[1].Ready || !first[1].Ready {
			t.Errorf("after the loss %+v, before %+v", now, first)
		}
		at.lost["b"] = false // nothing tells of it
		time.Sleep(keepSeen)
		if now := s.Room(at); !now[1].Ready {
			t.Errorf("a while later %+v", now)
		}
		if now := s.Room(&watched{lost: map[string]bool{"a": true}}); now[0].Ready {
			t.Errorf("of another agent %+v", now)
		}
	})
}

func TestAnEngineWithoutANameHasRoomForAll(t *testing.T) {
	if room := (&Set{all: []*Engine{{}}}).Room(&watched{}); room != nil {
		t.Errorf("%+v", room)
	}
}

// unseen is an agent that has not looked at its engines yet, all of which it takes for usable for a while.
type unseen struct{}

func (unseen) LastInfo(string) backend.Info { return backend.Info{} }
func (unseen) Health(string) error          { return nil }

// Tasks that are placed on such an engine would have to wait until it is lost; by the architecture of another engine at its
// address, those that wait for it would end.
func TestAnEngineThatTheStartRefusedIsNotReadyBeforeItIsAdmitted(t *testing.T) {
	there := backend.Info{Name: "docker", Architecture: "amd64", CPUs: 2, Memory: 4 << 30}
	s := &Set{all: []*Engine{
		{Place: Place{Name: "a"}, info: there}, {Place: Place{Name: "refused"}, info: there, problem: "it is another one"}, {Place: Place{Name: "silent"}, problem: "no answer"},
	}}
	at := s.Room(unseen{})
	if a := at[0]; !a.Ready || a.Architecture != "x86_64" {
		t.Errorf("%+v", a)
	}
	for _, e := range at[1:] {
		if e.Ready || e.Architecture != "" {
			t.Errorf("%+v: it has not been admitted", e)
		}
	}
	if admitted := s.Room(&watched{})[1]; !admitted.Ready || admitted.Architecture != "x86_64" {
		t.Errorf("%+v: it has been admitted since", admitted)
	}
}
