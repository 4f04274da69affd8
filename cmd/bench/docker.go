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

// starter starts tasks, one way or the other.
type starter interface {
	// start returns when the task runs.
	start(ctx context.Context) (id string, err error)
	// clear removes the tasks, and their containers with them.
	clear(ctx context.Context, ids []string) error
}

// measureDocker starts tasks of one container, by turns through the emulator and by
// asking the engine for the same two containers directly.
func measureDocker(ctx context.Context, b *bench) (err error) {
	const one, many = "one after another", "8 at once"
	if !b.wanted("docker/"+one) && !b.wanted("docker/"+many) {
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
	p, err := b.startEmulator("docker", cli.DaemonHost())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	ours, err := newTasks(ctx, p, cli, image)
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
	if b.wanted("docker/" + one) {
		if err := b.measureSequence(ctx, one, ours, bare); err != nil {
			return err
		}
	}
	if b.wanted("docker/" + many) {
		return b.measureParallel(ctx, many, ours, bare)
	}
	return nil
}

func (b *bench) measureSequence(ctx context.Context, name string, ours *tasks, bare *pairs) error {
	var own, theirs, ratios []float64
	for range 4 * b.rounds {
		took := map[starter]float64{}
		for _, s := range b.turn(ours, bare) {
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
		ratio: median(own) / median(theirs), goal: atMost(1.05, ""),
	})
	b.report.note(fmt.Sprintf("  median of the ratios of neighbours: %.2f", median(ratios)))
	return nil
}

func (b *bench) measureParallel(ctx context.Context, name string, ours *tasks, bare *pairs) error {
	rates := map[starter][]float64{}
	for range b.rounds {
		for _, s := range b.turn(ours, bare) {
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
		ratio: own / theirs, goal: atLeast(0.95),
	})
	return nil
}

// turn is who goes first: each in every other round.
func (b *bench) turn(ours *tasks, bare *pairs) []starter {
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
