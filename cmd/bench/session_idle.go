package main

import (
	"context"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/execterminal"
)

const idleSessions = 50

// measureIdleSessions is what it costs the emulator to have sessions whose shells wait at their prompts, beside what
// it takes without them.
func (b *bench) measureIdleSessions(ctx context.Context, name string, e *executable) error {
	before, err := b.atRest(ctx, e.emulator)
	if err != nil {
		return err
	}
	for range idleSessions {
		t, err := e.session(ctx, "sh")
		if err != nil {
			return err
		}
		defer func() { _ = t.Close() }()
		if err := t.Await(ctx, execterminal.Prompt); err != nil {
			return err
		}
	}
	after, err := b.atRest(ctx, e.emulator)
	if err != nil {
		return err
	}
	if before.memory == 0 {
		b.report.note(name + ": this system does not tell")
		return nil
	}
	b.report.add(row{
		name: name, figure: fmt.Sprintf("%.1f %% of a CPU", after.cpu), reference: fmt.Sprintf("%.1f %%", before.cpu),
		ratio: after.cpu / before.cpu, held: after.cpu - before.cpu, goal: atMost(1, " % more"),
	})
	b.report.add(row{
		name: "  memory (resident)", figure: fmt.Sprintf("%.1f MB", after.memory), reference: fmt.Sprintf("%.1f MB", before.memory),
		ratio: after.memory / before.memory, held: after.memory - before.memory, goal: atMost(10, " MB more"),
	})
	return nil
}
