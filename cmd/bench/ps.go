package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/creack/pty"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processusage"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
)

// psTasks is how many tasks `ecs-emulator ps` shows; stopsEach is how often one of them is stopped while it
// watches: with its end and its successor, a handful of tasks change in a second.
const (
	psTasks   = 10_000
	stopsEach = 500 * time.Millisecond
)

// measurePS is what it costs to look at many tasks: to print them, to fill a screen, and to watch.
func measurePS(ctx context.Context, b *bench) (err error) {
	tasks := psTasks
	if b.quick {
		tasks /= 10
	}
	name := fmt.Sprintf("%d tasks", tasks)
	if !b.wanted("ps/" + name) {
		return nil
	}
	p, err := b.startEmulator("ps", emulatorSettings{engine: "sim"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	c, err := p.connect(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := errors.Join(createServices(c, 10, tasks), awaitCluster(ctx, c, tasks)); err != nil {
		return err
	}
	ps := func(args ...string) *exec.Cmd {
		return exec.CommandContext(ctx, b.binary, append([]string{"ps", "--endpoint", "http://" + p.address}, args...)...)
	}
	for _, one := range []struct {
		name string
		out  func(*exec.Cmd) error
	}{{name + " through a pipe", piped}, {name + " on a screen", onScreen}} {
		var took []float64
		for range b.rounds {
			began := time.Now()
			if err := one.out(ps()); err != nil {
				return err
			}
			took = append(took, milliseconds(time.Since(began)))
		}
		m := median(took)
		b.report.add(row{name: one.name, figure: fmt.Sprintf("%.0f ms", m), held: m, goal: atMost(300, " ms")})
	}
	steady := func() (bool, error) {
		err := ps().Run()
		return err == nil, asIs(err)
	}
	if err := until(ctx, "all to be as wanted", steady); err != nil {
		return err
	}
	return b.watchPS(c, p.cmd.Process.Pid, ps("--watch"))
}

// watchPS compares the CPU time of tasks that change with that of the same while they are watched.
func (b *bench) watchPS(c *rawhttp.Connection, emulator int, watch *exec.Cmd) error {
	span := 20 * b.burst // ten seconds: a tick is a tenth of a per cent of it
	alone, err := change(c, emulator, 0, span)
	if err != nil {
		return err
	}
	screen, err := pty.StartWithSize(watch, &pty.Winsize{Cols: 140, Rows: 50})
	if err != nil {
		return fmt.Errorf("start ps --watch: %w", err)
	}
	defer screen.Close()
	go func() { _, _ = io.Copy(io.Discard, screen) }()
	watched, err := change(c, emulator, watch.Process.Pid, span)
	err = errors.Join(err, watch.Process.Signal(os.Interrupt), watch.Wait())
	if err != nil {
		return err
	}
	share := 100 * (watched - alone).Seconds() / span.Seconds()
	b.report.add(row{name: "  --watch, with what it costs the emulator", figure: fmt.Sprintf("%.1f %% of a CPU", share), held: share, goal: atMost(2, " %")})
	return nil
}

// change stops a task now and then, and returns the CPU time of the emulator and another process meanwhile.
func change(c *rawhttp.Connection, emulator, other int, span time.Duration) (time.Duration, error) {
	var list struct {
		TaskARNs []string `json:"taskArns"`
	}
	if err := c.Call("ListTasks", map[string]any{"cluster": cluster}, &list); err != nil {
		return 0, err
	}
	began, before := time.Now(), processusage.CPU(emulator)+processusage.CPU(other)
	for n := 0; time.Since(began) < span; n++ {
		if err := c.Call("StopTask", map[string]any{"cluster": cluster, "task": list.TaskARNs[n]}, nil); err != nil {
			return 0, err
		}
		time.Sleep(time.Until(began.Add(time.Duration(n+1) * stopsEach)))
	}
	return processusage.CPU(emulator) + processusage.CPU(other) - before, nil
}

func piped(cmd *exec.Cmd) error {
	_, err := cmd.Output()
	return asIs(err)
}

func onScreen(cmd *exec.Cmd) error {
	screen, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 140, Rows: 50})
	if err != nil {
		return fmt.Errorf("start ps: %w", err)
	}
	defer screen.Close()
	_, _ = io.Copy(io.Discard, screen) // ends with an error when the program closes its side
	return asIs(cmd.Wait())
}

// asIs takes the exit code that says that something is not as wanted for success: a rollout may go on.
func asIs(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 3 {
		return nil
	}
	return err
}
