package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

type soak struct {
	settings
	chance   *rand.Rand
	emulator *emulator
	witness  *witness
	ends     map[string]end // by task ARN: what the API said
	idle     float64        // goroutines of the emulator before the first task
}

func soakTasks(ctx context.Context, s settings) (err error) {
	began := time.Now()
	fmt.Printf("%d rounds of %d tasks and a deployment, seed %d\n", s.rounds, s.tasks, s.seed)
	if s.restart == "" {
		fmt.Println("left out: restarts of the engine (SOAK_RESTART_ENGINE is no command)")
	}
	w := &soak{settings: s, chance: rand.New(rand.NewPCG(s.seed, 0)), ends: map[string]end{}}
	if w.emulator, err = newEmulator(s); err != nil {
		return err
	}
	err = errors.Join(w.work(ctx), w.emulator.discard(context.WithoutCancel(ctx)))
	if err != nil {
		return err
	}
	fmt.Printf("%d tasks have one true end each; %d containers ran once; nothing is left; %s\n",
		len(w.ends), w.witness.started(), time.Since(began).Round(time.Second))
	return nil
}

// work does the rounds, and judges.
func (w *soak) work(ctx context.Context) (err error) {
	if err := w.emulator.start(ctx); err != nil {
		return err
	}
	if w.witness, err = newWitness(ctx, w.emulator.owner()); err != nil {
		return err
	}
	defer w.witness.close()
	if err := w.prepare(ctx); err != nil {
		return err
	}
	kills, restarts := w.schedule()
	for round := range w.rounds {
		if err := w.round(ctx, round, kills[round], restarts[round]); err != nil {
			return fmt.Errorf("round %d: %w", round+1, err)
		}
	}
	return w.finish(ctx)
}

// schedule says in which rounds the emulator is killed and the engine restarted.
func (w *soak) schedule() (kills, restarts map[int]bool) {
	kills, restarts = map[int]bool{}, map[int]bool{}
	order := w.chance.Perm(w.rounds)
	for _, round := range order[:min(w.kills, w.rounds)] {
		kills[round] = true
	}
	if w.restart != "" {
		for _, round := range w.chance.Perm(w.rounds)[:min(2, w.rounds)] {
			restarts[round] = true
		}
	}
	return kills, restarts
}
