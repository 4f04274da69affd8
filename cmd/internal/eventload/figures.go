package eventload

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/heap"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processusage"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// runTaskBeside is the median time of RunTask, a hundred times a second, with 300 rules of which 5 match each event,
// beside that without rules: by turns, so that what else the machine does is in both.
func runTaskBeside(ctx context.Context) (ratio float64, err error) {
	const each, rounds, pause = 50, 8, 10 * time.Millisecond
	var took [2][]time.Duration
	err = with(emulator.Options{}, func(plain *world) error {
		return with(emulator.Options{}, func(ruled *world) error {
			if err := errors.Join(plain.register(ctx), ruled.register(ctx), ruled.putRules(ctx, 300, 5)); err != nil {
				return err
			}
			for round := range rounds * 2 {
				w := plain
				if round%2 == 1 {
					w = ruled
				}
				for range each {
					began := time.Now()
					if _, err := w.runTasks(ctx, 1); err != nil {
						return err
					}
					took[round%2] = append(took[round%2], time.Since(began))
					time.Sleep(pause)
				}
				if err := w.Clock().Advance(time.Minute); err != nil { // so that its events are none of the other's
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return 0, err
	}
	return float64(middle(took[1])) / float64(middle(took[0])), nil
}

func middle(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

// weighEvents is what the heap has more in it, in MiB, after 10,000 events of tasks than with the rules alone, less what
// it has without rules.
func weighEvents(ctx context.Context) (mib float64, err error) {
	var grown [2]int64
	for i, rules := range []int{0, 300} {
		err := with(emulator.Options{}, func(w *world) error {
			if err := errors.Join(w.register(ctx), w.putRules(ctx, rules, min(rules, 5))); err != nil {
				return err
			}
			before := heap.Live()
			for range 250 { // tasks of which each has 4 events until it runs
				made, err := w.runTasks(ctx, 10)
				if err != nil {
					return err
				}
				if err := w.Clock().Advance(time.Minute); err != nil {
					return err
				}
				for _, t := range made.Tasks {
					if _, err := w.client.StopTask(ctx, &ecs.StopTaskInput{Task: t.TaskArn}); err != nil {
						return err
					}
				}
			}
			if err := w.Clock().Advance(time.Minute); err != nil {
				return err
			}
			if sent, err := w.sent(ctx); err != nil || rules > 0 && sent < 50_000 {
				return errors.Join(err, fmt.Errorf("%d deliveries came of 10,000 events", sent))
			}
			grown[i] = heap.Live() - before
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	return float64(grown[1]-grown[0]) / (1 << 20), nil
}

// putEventsBeside is how many calls of PutEvents an emulator with a data directory answers beside one without. One rule
// matches.
func putEventsBeside(ctx context.Context) (ratio float64, err error) {
	dir, err := os.MkdirTemp("", "ecs-emulator-bench")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	const rounds, each = 10, 500 * time.Millisecond
	var answered [2]float64
	err = with(emulator.Options{}, func(plain *world) error {
		return with(emulator.Options{DataDir: dir, OnExit: emulator.Remove}, func(kept *world) error {
			for round := range rounds * 2 { // by turns, so that what else the machine does is in both
				w := []*world{plain, kept}[round%2]
				if round < 2 {
					if err := w.putRule(ctx, "orders", `{"source":["shop"]}`); err != nil {
						return err
					}
				}
				rate, err := w.putEvents(ctx, 16, each)
				if err != nil {
					return err
				}
				answered[round%2] += rate
			}
			return nil
		})
	})
	if err != nil {
		return 0, err
	}
	return answered[1] / answered[0], nil
}

// putEvents is how many calls a second clients get answered.
func (w *world) putEvents(ctx context.Context, clients int, d time.Duration) (rate float64, err error) {
	began, calls := time.Now(), 0
	var running sync.WaitGroup
	var mu sync.Mutex
	for range clients {
		running.Go(func() {
			for time.Since(began) < d {
				_, failed := w.rules.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []ebtypes.PutEventsRequestEntry{
					{Source: aws.String("shop"), DetailType: aws.String("Order"), Detail: aws.String(`{"n":1}`)},
				}})
				mu.Lock()
				calls++
				err = errors.Join(err, failed)
				mu.Unlock()
				if failed != nil {
					return
				}
			}
		})
	}
	running.Wait()
	return float64(calls) / time.Since(began).Seconds(), err
}

// idleSchedules is what part of a core, in per cent, an emulator takes with 10,000 schedules that are due in years.
func idleSchedules(ctx context.Context) (percent float64, err error) {
	const seconds = 5
	err = with(emulator.Options{}, func(w *world) error {
		if err := w.putSchedules(ctx, 10_000); err != nil {
			return err
		}
		time.Sleep(time.Second) // what their creation has caused ends
		before := processusage.CPU(os.Getpid())
		time.Sleep(seconds * time.Second)
		percent = 100 * (processusage.CPU(os.Getpid()) - before).Seconds() / seconds
		return nil
	})
	return percent, err
}
