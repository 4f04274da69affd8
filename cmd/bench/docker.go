package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

// warmSandboxes is how many the emulator keeps for each subnet, as by default.
const warmSandboxes = 2

// dockerCase is what is measured with an emulator of its own.
type dockerCase struct {
	name       string
	containers []string // of each task
	warm       int      // sandboxes that are kept for each subnet
	measure    func(ctx context.Context, b *bench, name string, ours *tasks, bare *bareTasks) error
}

var one, three = []string{appName}, []string{appName, "proxy", "log"}

var dockerCases = []dockerCase{
	{name: "one, a sandbox warm", containers: one, warm: warmSandboxes, measure: func(ctx context.Context, b *bench, name string, ours *tasks, bare *bareTasks) error {
		return b.measureSequence(ctx, name, ours, single{bare}, ours.settle, 0.65)
	}},
	{name: "one, after a pause of 0.5 s", containers: one, warm: warmSandboxes, measure: func(ctx context.Context, b *bench, name string, ours *tasks, bare *bareTasks) error {
		return b.measureSequence(ctx, name, ours, single{bare}, typing, 0.8)
	}},
	{name: "12 one after the other", containers: one, warm: warmSandboxes, measure: func(ctx context.Context, b *bench, name string, ours *tasks, bare *bareTasks) error {
		return b.measureQueue(ctx, name, ours, single{bare}, 12, 1.2)
	}},
	{name: "three containers, a sandbox warm", containers: three, warm: warmSandboxes, measure: func(ctx context.Context, b *bench, name string, ours *tasks, bare *bareTasks) error {
		return b.measureSequence(ctx, name, ours, bare, ours.settle, 0.8)
	}},
	{name: "8 at once", containers: one, warm: warmSandboxes, measure: func(ctx context.Context, b *bench, name string, ours *tasks, bare *bareTasks) error {
		return b.measureCrowd(ctx, name, ours, bare, crowd{size: 16, atOnce: 8, rounds: b.rounds}, 1)
	}},
	{name: "50 at once", containers: one, warm: warmSandboxes, measure: func(ctx context.Context, b *bench, name string, ours *tasks, bare *bareTasks) error {
		return b.measureCrowd(ctx, name, ours, bare, crowd{size: 50, atOnce: 50, rounds: 2}, 0.95) // each goes first once
	}},
	{name: "one, no sandbox warm", containers: one, warm: 0, measure: func(ctx context.Context, b *bench, name string, ours *tasks, bare *bareTasks) error {
		return b.measureSequence(ctx, name, ours, bare, ours.settle, 1.05)
	}},
}

// starter starts tasks, one way or the other.
type starter interface {
	// start returns when the task runs.
	start(ctx context.Context) (id string, err error)
	// clear removes the tasks, and their containers with them.
	clear(ctx context.Context, ids []string) error
}

// measureDocker starts tasks by turns through the emulator and by asking the engine
// directly: for the same containers, or where there is but one and a sandbox is there
// already, for that one on the engine's own bridge.
func measureDocker(ctx context.Context, b *bench) error {
	return b.measureCases(ctx, "docker", dockerCases)
}

func (b *bench) measureCases(ctx context.Context, section string, cases []dockerCase) error {
	wanted := slices.DeleteFunc(slices.Clone(cases), func(c dockerCase) bool { return !b.wanted(section + "/" + c.name) })
	if len(wanted) == 0 {
		return nil
	}
	names := make([]string, len(wanted))
	for i, c := range wanted {
		names[i] = c.name
	}
	return b.withApp(ctx, names, func(cli *client.Client, image string) error {
		for _, c := range wanted {
			err := b.measureCase(ctx, cli, image, section, c)
			if ctx.Err() != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			if err != nil {
				b.report.fail(c.name, "failed", err)
			}
		}
		return nil
	})
}

func (b *bench) measureCase(ctx context.Context, cli *client.Client, image, section string, c dockerCase) (err error) {
	p, err := b.startEmulator(section+"/"+c.name, emulatorSettings{engine: cli.DaemonHost(), warm: c.warm})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	ours, err := newTasks(ctx, p, cli, image, c.containers, c.warm)
	if err != nil {
		return err
	}
	defer ours.Close()
	bare, err := ours.bare(ctx)
	if err != nil {
		return err
	}
	// What an interrupted round leaves behind, before the emulator ends and removes
	// the network.
	defer func() { err = errors.Join(err, bare.clearAll(context.WithoutCancel(ctx))) }()
	return c.measure(ctx, b, c.name, ours, bare)
}

// typing is about as long as it takes to type the next command.
func typing(ctx context.Context) error { return pause.For(ctx, 500*time.Millisecond) }

// measureSequence starts tasks singly; before each of them, ready returns.
func (b *bench) measureSequence(ctx context.Context, name string, ours *tasks, bare starter, ready func(context.Context) error, limit float64) error {
	var own, theirs, ratios []float64
	for range 4 * b.rounds {
		took := map[starter]float64{}
		for _, s := range b.turn(ours, bare) {
			if err := ready(ctx); err != nil {
				return err
			}
			began := time.Now()
			id, err := s.start(ctx)
			took[s] = milliseconds(time.Since(began))
			if err := errors.Join(err, s.clear(ctx, []string{id})); err != nil {
				return err
			}
		}
		own, theirs = append(own, took[ours]), append(theirs, took[bare])
		ratios = append(ratios, took[ours]/took[bare])
	}
	b.report.add(row{
		name:   name,
		figure: fmt.Sprintf("%.0f ms max %.0f", median(own), slices.Max(own)), reference: fmt.Sprintf("%.0f ms max %.0f", median(theirs), slices.Max(theirs)),
		ratio: median(own) / median(theirs), goal: atMost(limit, ""),
	})
	b.report.note(fmt.Sprintf("  median of the ratios of neighbours: %.2f", median(ratios)))
	return nil
}

// measureQueue starts tasks one after the other, each as soon as the one before runs.
func (b *bench) measureQueue(ctx context.Context, name string, ours *tasks, bare starter, size int, limit float64) error {
	each := map[starter][]float64{}
	for range b.rounds {
		for _, s := range b.turn(ours, bare) {
			if err := ours.settle(ctx); err != nil {
				return err
			}
			began := time.Now()
			ids, err := crowd{size: size, atOnce: 1}.start(ctx, s)
			each[s] = append(each[s], milliseconds(time.Since(began))/float64(size))
			if err := errors.Join(err, s.clear(ctx, ids)); err != nil {
				return err
			}
		}
	}
	own, theirs := median(each[ours]), median(each[bare])
	b.report.add(row{
		name: name, figure: fmt.Sprintf("%.0f ms a task", own), reference: fmt.Sprintf("%.0f ms", theirs),
		ratio: own / theirs, goal: atMost(limit, ""),
	})
	return nil
}

// turn is who goes first: each in every other round.
func (b *bench) turn(ours *tasks, bare starter) []starter {
	b.turns++
	if b.turns%2 == 0 {
		return []starter{ours, bare}
	}
	return []starter{bare, ours}
}
