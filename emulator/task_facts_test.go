package emulator

import (
	"context"
	"net/netip"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// TaskFacts are what the causes of tasks follow from, gathered without the parts that answer questions of users.
func (s *Server) TaskFacts() *why.Facts {
	agent := s.parts.engine.Agent()
	return &why.Facts{
		Tx: s.core.Store.Read(), Now: s.core.Clock.Now(), Faults: s.faults.of.Kit().List(),
		KeptApart: func(from string, to netip.Addr, port int) string { return agent.KeptApart(from, to, port) },
		Lines: func(t *state.Task, container string) (lines []why.Evidence) {
			_ = agent.Logs(context.Background(), t.ARN, container, backend.LogOptions{Tail: 10, Write: func(at time.Time, _ bool, line string) error {
				lines = append(lines, why.Evidence{At: at, Text: line})
				return nil
			}})
			return lines
		},
		Acts: s.acts,
	}
}

func (s *Server) acts(hit string) (list []why.Act) {
	began := map[string]outbox.Event{}
	events, _, _ := outbox.Since(s.core.Store, 0)
	for _, e := range events {
		c := outbox.As[state.FaultChange](e)
		switch {
		case c == nil:
		case c.Change == state.FaultBegan:
			began[c.Fault] = e
		case c.Change == state.FaultActed && c.Hit == hit:
			act := why.Act{At: e.At, ID: c.Fault, Kind: faults.Kind(c.Kind)}
			if from, known := began[c.Fault]; known {
				act.Began, act.Members = from.At, string(outbox.As[state.FaultChange](from).Members)
			}
			list = append(list, act)
		}
	}
	return list
}
