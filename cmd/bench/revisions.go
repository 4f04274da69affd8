package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/requestload"
)

const (
	revisions    = 100_000
	revisionsRow = "memory with 100000 task definitions"
)

// measureRevisions reads what memory the emulator takes with many task definitions
// in it, when it has come to rest.
func measureRevisions(ctx context.Context, b *bench) (err error) {
	p, err := b.startEmulator("revisions", emulatorSettings{engine: "sim"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	list, err := b.senders(ctx, p, 16)
	if err != nil {
		return err
	}
	defer closeAll(list)
	request := rawhttp.Operation("RegisterTaskDefinition", []byte(webTaskDefinition()))
	if _, err := requestload.Drive(list, request, requestload.Extent{Time: rawhttp.AnswerTime, Most: revisions}); err != nil {
		return err
	}
	busy, atRest, err := p.memoryAtRest(ctx)
	if err != nil {
		return err
	}
	if atRest == 0 {
		b.report.note(revisionsRow + ": this system does not tell")
		return nil
	}
	b.report.add(row{
		name: revisionsRow, figure: fmt.Sprintf("%.0f, at rest %.0f MiB", busy, atRest),
		held: atRest, goal: atMost(300, " MiB"),
	})
	return nil
}

// memoryAtRest returns what is resident now, and when that has not sunk for some
// seconds, both in MiB; 0 where the system does not tell.
func (p *process) memoryAtRest(ctx context.Context) (now, atRest float64, err error) {
	const patience = 8 // the emulator takes five seconds without requests for rest
	for since := 0; since < patience; since++ {
		bytes, known := p.residentMemory()
		if !known {
			return 0, 0, nil
		}
		resident := float64(bytes) / (1 << 20)
		if now == 0 {
			now, atRest = resident, resident
		} else if resident < atRest-1 {
			atRest, since = resident, 0
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		}
	}
	return now, atRest, nil
}
