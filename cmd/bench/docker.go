package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/docker/docker/client"
)

// How many tasks are started at once, and how many in one round of that.
const (
	parallel      = 8
	parallelRound = 2 * parallel
)

// warmSandboxes is how many the emulator keeps for each subnet, as by default.
const warmSandboxes = 2

// starter starts tasks, one way or the other.
type starter interface {
	// start returns when the task runs.
	start(ctx context.Context) (id string, err error)
	// clear removes the tasks, and their containers with them.
	clear(ctx context.Context, ids []string) error
}

// measureDocker starts tasks of one container, by turns through the emulator and by
// asking the engine directly: for the same two containers, and where a sandbox is
// there already, for one container on the engine's own bridge.
func measureDocker(ctx context.Context, b *bench) (err error) {
	const warm, many, cold = "one, a sandbox warm", "8 at once", "one, no sandbox warm"
	if !b.wanted("docker/"+warm) && !b.wanted("docker/"+many) && !b.wanted("docker/"+cold) {
		return nil
	}
	cli, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cli.Close()) }()
	if _, err := cli.Ping(ctx); err != nil {
		b.report.note("left out: no Docker engine answers: " + err.Error())
		return nil
	}
	image, err := importApp(ctx, b, cli)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, removeApp(context.WithoutCancel(ctx), cli)) }()
	if b.wanted("docker/"+warm) || b.wanted("docker/"+many) {
		err = b.withTasks(ctx, cli, image, warmSandboxes, func(ours *tasks, bare *pairs) error {
			var err error
			if b.wanted("docker/" + warm) {
				err = b.measureSequence(ctx, warm, ours, single{bare}, 0.65)
			}
			if err == nil && b.wanted("docker/"+many) {
				err = b.measureParallel(ctx, many, ours, bare)
			}
			return err
		})
	}
	if err != nil || !b.wanted("docker/"+cold) {
		return err
	}
	return b.withTasks(ctx, cli, image, 0, func(ours *tasks, bare *pairs) error {
		return b.measureSequence(ctx, cold, ours, bare, 1.05)
	})
}

// withTasks measures with an emulator that keeps so many sandboxes warm.
func (b *bench) withTasks(ctx context.Context, cli *client.Client, image string, warm int, measure func(*tasks, *pairs) error) (err error) {
	p, err := b.startEmulator(fmt.Sprintf("docker-%d", warm), cli.DaemonHost(), warm)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	ours, err := newTasks(ctx, p, cli, image, warm)
	if err != nil {
		return err
	}
	defer ours.close()
	bare, err := ours.pair(ctx)
	if err != nil {
		return err
	}
	// What an interrupted round leaves behind, before the emulator ends and removes
	// the network.
	defer func() { err = errors.Join(err, bare.clearAll(context.WithoutCancel(ctx))) }()
	return measure(ours, bare)
}

func (b *bench) measureSequence(ctx context.Context, name string, ours *tasks, bare starter, limit float64) error {
	var own, theirs, ratios []float64
	for range 4 * b.rounds {
		took := map[starter]float64{}
		for _, s := range b.turn(ours, bare) {
			if err := ours.settle(ctx); err != nil {
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

func (b *bench) measureParallel(ctx context.Context, name string, ours *tasks, bare *pairs) error {
	rates := map[starter][]float64{}
	for range b.rounds {
		for _, s := range b.turn(ours, bare) {
			if err := ours.settle(ctx); err != nil {
				return err
			}
			began := time.Now()
			ids, err := startMany(ctx, s)
			rates[s] = append(rates[s], parallelRound/time.Since(began).Seconds())
			if err := errors.Join(err, s.clear(ctx, ids)); err != nil {
				return err
			}
		}
	}
	own, theirs := median(rates[ours]), median(rates[bare])
	b.report.add(row{
		name: name, figure: fmt.Sprintf("%.2f tasks/s", own), reference: fmt.Sprintf("%.2f pairs/s", theirs),
		ratio: own / theirs, goal: atLeast(1),
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

// startMany starts the tasks of a round, several at once, until all run.
func startMany(ctx context.Context, s starter) (ids []string, err error) {
	type started struct {
		id  string
		err error
	}
	turns, results := make(chan struct{}, parallelRound), make(chan started)
	for range parallelRound {
		turns <- struct{}{}
	}
	close(turns)
	for range parallel {
		go func() {
			for range turns {
				id, err := s.start(ctx)
				results <- started{id, err}
			}
		}()
	}
	for range parallelRound {
		r := <-results
		err = errors.Join(err, r.err)
		if r.id != "" {
			ids = append(ids, r.id)
		}
	}
	return ids, err
}
