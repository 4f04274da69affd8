package serviceconnect

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// total is how many connections proxies tell of, and how many proxies tell, within a time.
func (s *scene) total(step string, proxies int, want uint64, within time.Duration) {
	s.Helper()
	began, sum := time.Now(), uint64(0)
	all := s.controller.Counts(s.Context())
	for _, c := range all {
		sum += c.Connections
	}
	if took := time.Since(began); len(all) != proxies || sum != want || took != within {
		s.Errorf("%s: %d proxies have counted %d after %v, want %d, %d and %v", step, len(all), sum, took, proxies, want, within)
	}
}

// A proxy that does not answer is waited for once, and what it has counted comes when it answers again.
func TestAProxyThatDoesNotAnswer(t *testing.T) {
	withTasks(t, 2, func(s *scene) {
		silent, other := s.proxies[s.tasks[0]], s.proxies[s.tasks[1]]
		silent.has(2)
		other.has(3)
		s.total("at first", 2, 5, 0)
		frozen := make(chan struct{})
		silent.freeze(frozen)
		s.total("when it falls silent", 1, 3, answerTimeout)
		s.total("while it is silent", 1, 3, 0)
		silent.has(7)
		silent.freeze(nil)
		close(frozen)
		synctest.Wait()
		s.total("when it answers again", 2, 10, 0)
	})
}

// All that do not answer are waited for together, and those that were not asked meanwhile are asked the next time.
func TestManyProxiesThatDoNotAnswer(t *testing.T) {
	const number = 3 * asked
	withTasks(t, number, func(s *scene) {
		for _, p := range s.proxies {
			p.has(1)
		}
		s.total("at first", number, number, 0)
		frozen := make(chan struct{})
		for _, task := range s.tasks {
			s.proxies[task].freeze(frozen)
		}
		for range number / asked {
			s.total("when all are silent", 0, 0, answerTimeout)
		}
		s.total("when all have been waited for", 0, 0, 0)
		for _, task := range s.tasks {
			s.proxies[task].freeze(nil)
		}
		close(frozen)
		synctest.Wait()
		s.total("when they answer again", number, number, 0)
	})
}

// A proxy tells what it has counted before it is stopped, and nothing once its task has ended.
func TestCountsOfAProxyThatEnds(t *testing.T) {
	withTasks(t, 1, func(s *scene) {
		var last []Counted
		s.controller.Last = func(c Counted) { last = append(last, c) }
		s.proxies[s.tasks[0]].has(4)
		s.controller.Ending(s.Context(), s.tasks[0])
		if len(last) != 1 || last[0].Task != s.tasks[0] || last[0].Connections != 4 {
			t.Errorf("at its end it has counted %+v", last)
		}
		s.update(func(tx *store.Tx) {
			status := state.FindTask(tx, s.tasks[0]).Status.Clone()
			status.LastStatus = state.Stopped
			if err := state.PutTaskStatus(tx, s.tasks[0], state.TaskStep{Status: status}); err != nil {
				t.Fatal(err)
			}
		})
		synctest.Wait()
		s.total("after its end", 0, 0, 0)
		if s.controller.Ending(s.Context(), s.tasks[0]); len(last) != 1 {
			t.Errorf("after its end it has counted %+v", last)
		}
	})
}

// What a proxy ejects is known until it takes it back, also through another connection.
func TestEjectionsAreKnown(t *testing.T) {
	withTasks(t, 1, func(s *scene) {
		task := s.tasks[0]
		at := time.Now().Round(0)
		s.proxies[task].server.Report(balancer.Health{Group: groupID(apiARN, "blue"), Target: "1", State: "unhealthy", At: at})
		known := func(step string, want time.Time) {
			t.Helper()
			synctest.Wait()
			all := s.controller.Known()
			if k := all[task]; len(all) != 1 || !k.IsConnected() || !k.EjectedAt(apiARN, "1").Equal(want) || !k.EjectedAt(apiARN+"2", "1").IsZero() {
				t.Errorf("%s: %+v", step, all)
			}
		}
		known("ejected", at)
		s.controller.proxies[task].client.Close()
		known("through another connection", at)
		s.proxies[task].server.Report(balancer.Health{Group: groupID(apiARN, "blue"), Target: "1", State: "healthy", At: at})
		known("taken back", time.Time{})
	})
}
