package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processusage"
)

const (
	samplingRow = "60 containers sampled every 20 s"
	// samplingTime is in how many samples of 20 s the figures are taken; a tick is a hundredth of a second.
	samplingTime = time.Minute
	sampled      = "sampled"
)

// measureSampling is what it costs to sample the containers of a service every 20 seconds, beside the same ones of which
// nothing is wanted: in the emulator, and in it and the engine, which serves its other users meanwhile.
func (b *bench) measureSampling(ctx context.Context, ours *tasks) (err error) {
	defer func() { err = errors.Join(err, ours.clearService(context.WithoutCancel(ctx))) }()
	var costs [2]usageShare
	for i, call := range []string{"CreateService", "UpdateService"} {
		if err := ours.looks.Call(call, sampledService(call, ours.network, i == 1), nil); err != nil {
			return err
		}
		if err := ours.awaitService(ctx, idleTasks); err != nil {
			return err
		}
		if err := ours.settle(ctx); err != nil {
			return err
		}
		if err := rest(ctx, settleTime); err != nil {
			return err
		}
		if costs[i], err = shareOf(ctx, ours.emulator.cmd.Process.Pid, samplingTime); err != nil {
			return err
		}
	}
	without, with := costs[0], costs[1]
	if without.own == 0 && with.own == 0 {
		b.report.note(samplingRow + ": this system does not tell")
		return nil
	}
	b.report.add(row{
		name: samplingRow, figure: fmt.Sprintf("%.2f %% of a CPU", with.own), reference: fmt.Sprintf("%.2f %%", without.own),
		ratio: with.own / max(without.own, 0.01), held: with.own - without.own, goal: atMost(1, " % more"),
	})
	b.report.add(row{
		name: "  with the engine", figure: fmt.Sprintf("%.2f %% of a CPU", with.own+with.engine), reference: fmt.Sprintf("%.2f %%", without.own+without.engine),
		ratio: (with.own + with.engine) / max(without.own+without.engine, 0.01), held: with.own + with.engine - without.own - without.engine, goal: atMost(1, " % more"),
	})
	b.report.add(row{name: "  without any reader", figure: fmt.Sprintf("%.2f %% of a CPU", without.own), held: without.own, goal: atMost(0.2, " %")})
	return nil
}

// usageShare is CPU time in per cent of a CPU.
type usageShare struct{ own, engine float64 }

// shareOf is that of a process, and of the engine, in the time that follows.
func shareOf(ctx context.Context, pid int, d time.Duration) (s usageShare, err error) {
	began, own, engine := time.Now(), processusage.CPU(pid), processusage.Engine()
	if err := rest(ctx, d); err != nil {
		return s, err
	}
	share := func(used time.Duration) float64 { return 100 * used.Seconds() / time.Since(began).Seconds() }
	return usageShare{share(processusage.CPU(pid) - own), share(processusage.Engine().Since(engine))}, nil
}

// sampledService is a service of so many tasks, in the end with samples every 20 seconds.
func sampledService(call string, network defaultNetwork, every20 bool) map[string]any {
	in := map[string]any{
		"desiredCount": idleTasks, "taskDefinition": family, "networkConfiguration": network,
		"deploymentConfiguration": map[string]any{"minimumHealthyPercent": 0, "maximumPercent": 100},
	}
	if call == "CreateService" {
		in["serviceName"], in["launchType"] = sampled, "FARGATE"
	} else {
		in["service"] = sampled
	}
	if every20 {
		in["monitoring"] = map[string]any{"metricConfigurations": []any{
			map[string]any{"metricNames": []string{"CPUUtilization", "MemoryUtilization"}, "resolutionSeconds": 20},
		}}
	}
	return in
}

// awaitService waits until the service has one deployment, of which all tasks run.
func (t *tasks) awaitService(ctx context.Context, count int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		var said struct {
			Services []struct {
				Deployments []struct {
					RunningCount int `json:"runningCount"`
				} `json:"deployments"`
			} `json:"services"`
		}
		if err := t.looks.Call("DescribeServices", map[string]any{"services": []string{sampled}}, &said); err != nil {
			return err
		}
		if d := said.Services; len(d) == 1 && (count == 0 || len(d[0].Deployments) == 1) {
			running := 0
			for _, of := range d[0].Deployments {
				running += of.RunningCount
			}
			if running == count {
				return nil
			}
		}
		if err := rest(ctx, 200*time.Millisecond); err != nil {
			return fmt.Errorf("wait for %d tasks of the service: %w", count, err)
		}
	}
}

// clearService removes the service with its tasks; their containers go with the emulator.
func (t *tasks) clearService(ctx context.Context) error {
	if err := t.looks.Call("DeleteService", map[string]any{"service": sampled, "force": true}, nil); err != nil {
		return err
	}
	return t.awaitService(ctx, 0)
}
