package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/shiftload"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/requestload"
)

// shiftCase is a figure of deployments on the simulated engine, each time in a new emulator.
type shiftCase struct {
	name    string
	goal    goal
	measure func(ctx context.Context, c *shiftload.Client) (float64, error)
}

var shiftCases = []shiftCase{
	{"200 services of 10 tasks deploy, ROLLING", atMost(5000, " ms"), deployAtOnce("ROLLING")},
	{"200 services of 10 tasks deploy, BLUE_GREEN", atMost(5000, " ms"), deployAtOnce("BLUE_GREEN")},
	{"SetAlarmState to a rollback's weights, p50", atMost(20, " ms"), func(ctx context.Context, c *shiftload.Client) (float64, error) {
		took, err := c.RollBack(ctx, 20)
		return milliseconds(requestload.Percentile(took, 50)), err
	}},
}

func deployAtOnce(strategy string) func(context.Context, *shiftload.Client) (float64, error) {
	return func(ctx context.Context, c *shiftload.Client) (float64, error) {
		took, err := c.Deploy(ctx, strategy, 200, 10)
		return milliseconds(took), err
	}
}

func measureShifts(ctx context.Context, b *bench) error {
	for _, c := range shiftCases {
		var figures []float64
		for range min(b.rounds, 3) {
			if !b.wanted("shift/" + c.name) {
				break
			}
			p, err := b.startEmulator("shift/"+c.name, emulatorSettings{engine: "sim"})
			if err != nil {
				return err
			}
			figure, err := c.measure(ctx, shiftload.NewClient(p.address))
			if err := errors.Join(err, p.stop()); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			figures = append(figures, figure)
		}
		if len(figures) > 0 {
			b.report.add(row{name: c.name, figure: fmt.Sprintf("%.1f%s", median(figures), c.goal.unit), held: median(figures), goal: c.goal})
		}
	}
	if b.wanted("shift/" + pausedRow) {
		if err := b.measurePaused(ctx); err != nil {
			return err
		}
	}
	return b.measureCases(ctx, "shift", []dockerCase{{name: "weights until Docker's load balancer obeys, p99", containers: one, measure: measureObeyed}})
}

func measureObeyed(ctx context.Context, b *bench, name string, ours *tasks, _ *bareTasks) error {
	took, err := shiftload.NewClient(ours.emulator.address).Obey(ctx, ours.image, 40*b.rounds)
	if err == nil {
		p99 := milliseconds(requestload.Percentile(took, 99))
		b.report.add(row{name: name, figure: fmt.Sprintf("%.1f ms", p99), held: p99, goal: atMost(50, " ms")})
	}
	return err
}

const pausedRow = "1,000 services, 100 deployments paused"

func (b *bench) measurePaused(ctx context.Context) (err error) {
	dir := filepath.Join(b.dir, "paused")
	p, err := b.startEmulator(pausedRow, emulatorSettings{engine: "sim", data: dir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := errors.Join(shiftload.NewClient(p.address).Pause(ctx, 1000, 100), rest(ctx, settleTime)); err != nil {
		return err
	}
	before, err := shiftload.Written(dir)
	if err != nil {
		return err
	}
	u, err := b.atRest(ctx, p)
	if err != nil {
		return err
	}
	after, err := shiftload.Written(dir)
	b.report.add(row{name: pausedRow, figure: fmt.Sprintf("%.2f %% of a CPU", u.cpu), held: u.cpu, goal: atMost(0.5, " %")})
	b.report.add(row{name: "  writes, one a minute for the clock", figure: fmt.Sprint(after - before), held: float64(after - before), goal: atMost(1, " write")})
	return err
}
