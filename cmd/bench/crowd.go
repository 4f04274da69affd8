package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// crowd is a number of tasks that are started together, again and again.
type crowd struct {
	size   int
	atOnce int // no more than so many starts are under way
	rounds int
}

// measureCrowd compares rates: of tasks, and of the same containers made directly.
func (b *bench) measureCrowd(ctx context.Context, name string, ours *tasks, bare *bareTasks, c crowd, limit float64) error {
	rates := map[starter][]float64{}
	for range c.rounds {
		for _, s := range b.turn(ours, bare) {
			if err := ours.settle(ctx); err != nil {
				return err
			}
			began := time.Now()
			ids, err := c.start(ctx, s)
			rates[s] = append(rates[s], float64(c.size)/time.Since(began).Seconds())
			if err := errors.Join(err, s.clear(ctx, ids)); err != nil {
				return err
			}
		}
	}
	own, theirs := median(rates[ours]), median(rates[bare])
	b.report.add(row{
		name: name, figure: fmt.Sprintf("%.2f tasks/s", own), reference: fmt.Sprintf("%.2f pairs/s", theirs),
		ratio: own / theirs, goal: atLeast(limit),
	})
	return nil
}

// start returns when all run.
func (c crowd) start(ctx context.Context, s starter) (ids []string, err error) {
	type started struct {
		id  string
		err error
	}
	turns, results := make(chan struct{}, c.size), make(chan started)
	for range c.size {
		turns <- struct{}{}
	}
	close(turns)
	for range c.atOnce {
		go func() {
			for range turns {
				id, err := s.start(ctx)
				results <- started{id, err}
			}
		}()
	}
	for range c.size {
		r := <-results
		err = errors.Join(err, r.err)
		if r.id != "" {
			ids = append(ids, r.id)
		}
	}
	return ids, err
}
