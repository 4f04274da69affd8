package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/heap"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// embeddedCase is a figure of an emulator in a program of the user's own. It is taken
// in a new process each time, as a process pays for some things once.
type embeddedCase struct {
	name, role string
	goal       goal
	times      func(b *bench) int
}

var embeddedCases = []embeddedCase{
	{"emulator.New to first answer", "embedded", atMost(50, " ms"), func(b *bench) int { return 2 * b.rounds }},
	{"heap of a running task, simulated", "heap", atMost(5, " KiB"), func(*bench) int { return 1 }},
	{"a day of 100 services after 100 resets", "advance", atMost(500, " ms"), func(*bench) int { return 3 }},
}

func measureEmbedded(ctx context.Context, b *bench, section string, cases []embeddedCase) error {
	for _, c := range cases {
		if !b.wanted(section + "/" + c.name) {
			continue
		}
		var figures []float64
		for range c.times(b) {
			figure, err := ownFigure(c.role)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			figures = append(figures, figure)
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		b.report.add(row{
			name: c.name, figure: fmt.Sprintf("%.1f%s", median(figures), c.goal.unit), held: median(figures), goal: c.goal,
		})
	}
	return nil
}

// ownFigure is what this program prints in a role.
func ownFigure(role string, args ...string) (float64, error) {
	cmd, err := ownRole(role, args...)
	if err != nil {
		return 0, err
	}
	out, err := cmd.Output()
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}

// embedded runs f with an emulator in this process, and prints what f returns.
func embedded(f func(srv *emulator.Server, c *rawhttp.Connection) (float64, error)) (err error) {
	srv, c, err := startEmbedded("sim")
	if err != nil {
		return err
	}
	defer func() { c.Close(); err = errors.Join(err, srv.Close()) }()
	figure, err := f(srv, c)
	if err == nil {
		fmt.Println(figure)
	}
	return err
}

// timeEmbedded prints how many milliseconds an emulator takes from New to its first
// answer, the first time in the process.
func timeEmbedded([]string) error {
	began := time.Now()
	return embedded(func(_ *emulator.Server, c *rawhttp.Connection) (float64, error) {
		err := c.Call("ListClusters", struct{}{}, nil)
		return milliseconds(time.Since(began)), err
	})
}

// startEmbedded starts an emulator in this process, and connects to it.
func startEmbedded(engine string) (*emulator.Server, *rawhttp.Connection, error) {
	srv, err := emulator.New(emulator.Options{Engine: engine})
	if err != nil {
		return nil, nil, err
	}
	c, err := rawhttp.Connect(context.Background(), strings.TrimPrefix(srv.URL(), "http://"))
	if err != nil {
		return nil, nil, errors.Join(err, srv.Close())
	}
	return srv, c, nil
}

// weighTasks prints how many KiB of heap a running task of one container keeps.
func weighTasks([]string) error {
	const tasks = 4000 // a service has 5000 at most
	return embedded(func(_ *emulator.Server, c *rawhttp.Connection) (float64, error) {
		if err := createServices(c, 1, 1); err != nil {
			return 0, err
		}
		if err := awaitCluster(context.Background(), c, 1); err != nil {
			return 0, err
		}
		before := heap.Live()
		more := map[string]any{"cluster": cluster, "service": serviceName(0), "desiredCount": tasks + 1}
		if err := c.Call("UpdateService", more, nil); err != nil {
			return 0, err
		}
		if err := awaitCluster(context.Background(), c, tasks+1); err != nil {
			return 0, err
		}
		return float64(heap.Live()-before) / tasks / 1024, nil
	})
}

// timeAdvance prints how many milliseconds a day of 100 services with 100 tasks takes
// after 100 resets.
func timeAdvance([]string) error {
	const services = 100
	return embedded(func(srv *emulator.Server, c *rawhttp.Connection) (float64, error) {
		for range 100 {
			if err := srv.Reset(); err != nil {
				return 0, err
			}
		}
		if err := createServices(c, services, services); err != nil {
			return 0, err
		}
		if err := awaitCluster(context.Background(), c, services); err != nil {
			return 0, err
		}
		began := time.Now()
		err := srv.Clock().Advance(24 * time.Hour)
		return milliseconds(time.Since(began)), err
	})
}
