package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
)

// layout is a number of services among which tasks are spread.
type layout struct {
	name     string
	services int
}

var layouts = []layout{{"in 2 services", 2}, {"in 100 services", 100}}

// linear is how much more a task may cost among ten times as many.
const linear = 1.3

// measureScale times services from their creation until all their tasks run.
func measureScale(ctx context.Context, b *bench) error {
	sizes := []int{100, 1000, 10000}
	if b.quick {
		sizes = sizes[:2]
	}
	for _, l := range layouts {
		smaller := 0.0 // what a task costs among a tenth as many
		for _, tasks := range sizes {
			name := fmt.Sprintf("%d tasks %s", tasks, l.name)
			if !b.wanted("scale/" + name) {
				smaller = 0
				continue
			}
			took, err := b.scaleTimes(ctx, name, l, tasks)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			each := took / float64(tasks)
			b.report.add(scaleRow(name, tasks, took))
			if smaller > 0 {
				b.report.add(row{
					name:      fmt.Sprintf("  a task, beside one of %d", tasks/10),
					figure:    fmt.Sprintf("%.0f µs", 1000*each),
					reference: fmt.Sprintf("%.0f µs", 1000*smaller),
					ratio:     each / smaller, goal: atMost(linear, ""),
				})
			}
			smaller = each
		}
	}
	return nil
}

func scaleRow(name string, tasks int, took float64) row {
	r := row{name: name, figure: fmt.Sprintf("%.0f ms", took), held: took}
	if tasks == 10_000 {
		r.goal = atMost(1000, " ms")
	}
	return r
}

// scaleTimes is the median of several runs in milliseconds, each in a new emulator.
func (b *bench) scaleTimes(ctx context.Context, name string, l layout, tasks int) (float64, error) {
	var took []float64
	for range min(b.rounds, 3) {
		one, err := b.scaleOnce(ctx, name, l, tasks)
		if err != nil {
			return 0, err
		}
		took = append(took, milliseconds(one))
	}
	return median(took), nil
}

func (b *bench) scaleOnce(ctx context.Context, name string, l layout, tasks int) (took time.Duration, err error) {
	p, err := b.startEmulator(name, emulatorSettings{engine: "sim"})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	c, err := p.connect(ctx)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	began := time.Now()
	if err := createServices(c, l.services, tasks); err != nil {
		return 0, err
	}
	err = awaitCluster(ctx, c, tasks)
	return time.Since(began), err
}

// createServices makes so many services, among which the tasks are spread.
func createServices(c *rawhttp.Connection, services, tasks int) error {
	if err := c.Call("RegisterTaskDefinition", plainTaskDefinition("shop/web:1.4.2"), nil); err != nil {
		return err
	}
	network, err := networkOf(c)
	if err != nil {
		return err
	}
	for i := range services {
		in := map[string]any{
			"cluster": cluster, "serviceName": serviceName(i), "taskDefinition": family,
			"desiredCount": tasks / services, "launchType": "FARGATE", "networkConfiguration": network,
		}
		if err := c.Call("CreateService", in, nil); err != nil {
			return err
		}
	}
	return nil
}

func serviceName(i int) string { return fmt.Sprintf("web-%d", i) }
