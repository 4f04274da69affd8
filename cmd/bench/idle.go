package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processusage"
)

const (
	idleRow   = "60 tasks that run, idle"
	idleTasks = 60
)

// measureIdle is what it costs to have tasks that do nothing: in the emulator, and in it
// and the engine, which serves its other users meanwhile.
func (b *bench) measureIdle(ctx context.Context, ours *tasks) (err error) {
	ids, err := crowd{size: idleTasks, atOnce: 8}.start(ctx, ours)
	defer func() { err = errors.Join(err, ours.clear(context.WithoutCancel(ctx), ids)) }()
	if err == nil {
		err = ours.settle(ctx)
	}
	if err == nil {
		err = rest(ctx, settleTime)
	}
	if err != nil {
		return err
	}
	pid := ours.emulator.cmd.Process.Pid
	began, own, engine := time.Now(), processusage.CPU(pid), processusage.Engine()
	if err := rest(ctx, 20*b.burst); err != nil { // ten seconds: a tick is a tenth of a per cent of it
		return err
	}
	share := func(used time.Duration) float64 { return 100 * used.Seconds() / time.Since(began).Seconds() }
	if own == 0 {
		b.report.note(idleRow + ": this system does not tell")
		return nil
	}
	emulator := share(processusage.CPU(pid) - own)
	b.report.add(row{name: idleRow, figure: fmt.Sprintf("%.1f %% of a CPU", emulator), held: emulator, goal: atMost(1, " %")})
	if len(engine) == 0 {
		b.report.note("with the engine: its processes are not seen from here")
		return nil
	}
	both := emulator + share(processusage.Engine().Since(engine))
	b.report.add(row{name: "  with the engine", figure: fmt.Sprintf("%.1f %% of a CPU", both), held: both, goal: atMost(3, " %")})
	return nil
}

func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// usage is what a process takes: per cent of a CPU, and MB. It is zero where the system does not tell.
type usage struct{ cpu, memory float64 }

// atRest is the usage of a process that comes to rest.
func (b *bench) atRest(ctx context.Context, p *process) (u usage, err error) {
	if err := rest(ctx, settleTime); err != nil {
		return u, err
	}
	pid := p.cmd.Process.Pid
	began, used := time.Now(), processusage.CPU(pid)
	if err := rest(ctx, 20*b.burst); err != nil { // as measureIdle does
		return u, err
	}
	memory, _ := p.residentMemory()
	return usage{cpu: 100 * (processusage.CPU(pid) - used).Seconds() / time.Since(began).Seconds(), memory: float64(memory) / 1e6}, nil
}
