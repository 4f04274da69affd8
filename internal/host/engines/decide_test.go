package engines_test

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/host/engines"
)

func TestWhatFollowsFromSilence(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := start.Add
	silent := func(clock, real, lostAfter time.Duration) engines.View {
		return engines.View{Since: start, Now: start.Add(clock), Silence: real, LostAfter: lostAfter}
	}
	docker := func(v engines.View) engines.View { v.AtLeast = 10 * time.Second; return v }
	refused := func(v engines.View) engines.View { v.Refused = true; return v }
	const m = time.Minute
	for name, c := range map[string]struct {
		view engines.View
		want engines.Decision
	}{
		"answers":                 {engines.View{Answers: true, LostAfter: m}, engines.Decision{Status: engines.Ready}},
		"silent":                  {silent(0, 0, 5*m), engines.Decision{Status: engines.Unavailable, Again: at(m)}},
		"almost a minute":         {silent(m-1, m, 5*m), engines.Decision{Status: engines.Unavailable, Again: at(m)}},
		"a minute":                {silent(m, m, 5*m), engines.Decision{Status: engines.Unavailable, AgentsAway: true, Again: at(5 * m)}},
		"almost lost":             {silent(5*m-1, m, 5*m), engines.Decision{Status: engines.Unavailable, AgentsAway: true, Again: at(5 * m)}},
		"lost":                    {silent(5*m, 5*m, 5*m), engines.Decision{Status: engines.Lost, AgentsAway: true, TasksEnd: true}},
		"lost within a minute":    {silent(m/2, m/2, m/2), engines.Decision{Status: engines.Lost, AgentsAway: true, TasksEnd: true}},
		"soon lost":               {silent(0, 0, m/2), engines.Decision{Status: engines.Unavailable, Again: at(m / 2)}},
		"never lost":              {silent(100*m, 100*m, 0), engines.Decision{Status: engines.Unavailable, AgentsAway: true}},
		"never lost, at first":    {silent(0, 0, 0), engines.Decision{Status: engines.Unavailable, Again: at(m)}},
		"a fast clock":            {docker(silent(5*m, time.Second, 5*m)), engines.Decision{Status: engines.Unavailable, AgentsAway: true, AgainIn: 9 * time.Second}},
		"a fast clock, later":     {docker(silent(9*m, 10*time.Second, 5*m)), engines.Decision{Status: engines.Lost, AgentsAway: true, TasksEnd: true}},
		"a clock that stands":     {docker(silent(0, time.Hour, 5*m)), engines.Decision{Status: engines.Unavailable, Again: at(m)}},
		"another one":             {refused(silent(0, 0, 5*m)), engines.Decision{Status: engines.Refused, Again: at(m)}},
		"another one for long":    {refused(silent(5*m, 5*m, 5*m)), engines.Decision{Status: engines.Refused, AgentsAway: true, TasksEnd: true}},
		"a fast clock, too early": {docker(silent(m/2, 0, m/4)), engines.Decision{Status: engines.Unavailable, Again: at(m), AgainIn: 10 * time.Second}},
	} {
		if got := engines.Next(c.view); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
