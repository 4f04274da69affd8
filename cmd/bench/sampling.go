package main

import (
	"context"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processusage"
)

const samplingRow = "60 containers sampled every 20 s"

// measureSampling is what it costs to sample the containers of a service every 20 seconds, beside the same ones of which
// nothing is wanted. The service goes with the emulator.
func (b *bench) measureSampling(ctx context.Context, ours *tasks) error {
	service := map[string]any{
		"serviceName": "sampled", "desiredCount": idleTasks, "taskDefinition": family, "launchType": "FARGATE", "networkConfiguration": ours.network,
		"deploymentConfiguration": map[string]any{"minimumHealthyPercent": 0, "maximumPercent": 100},
	}
	if err := ours.looks.Call("CreateService", service, nil); err != nil {
		return err
	}
	without, err := ours.shareAtRest(ctx)
	if err != nil {
		return err
	}
	every := map[string]any{"metricNames": []string{"CPUUtilization", "MemoryUtilization"}, "resolutionSeconds": 20}
	change := map[string]any{"service": "sampled", "monitoring": map[string]any{"metricConfigurations": []any{every}}}
	if err := ours.looks.Call("UpdateService", change, nil); err != nil {
		return err
	}
	with, err := ours.shareAtRest(ctx)
	if err != nil {
		return err
	}
	add := func(name string, with, without float64) {
		b.report.add(row{
			name: name, figure: fmt.Sprintf("%.2f %% of a CPU", with), reference: fmt.Sprintf("%.2f %%", without),
			ratio: with / max(without, 0.01), held: with - without, goal: atMost(1, " % more"),
		})
	}
	add(samplingRow, with.own, without.own)
	add("  with the engine, which serves others too", with.own+with.engine, without.own+without.engine)
	b.report.add(row{name: "  without any reader", figure: fmt.Sprintf("%.2f %% of a CPU", without.own), held: without.own, goal: atMost(0.2, " %")})
	return nil
}

// shareAtRest waits until all tasks of the service run and are of one deployment, and measures a minute from then on.
func (t *tasks) shareAtRest(ctx context.Context) (s cpuShare, err error) {
	for running := 0; running < idleTasks; {
		var said struct {
			Services []struct{ Deployments []struct{ RunningCount int } }
		}
		if err := t.looks.Call("DescribeServices", map[string]any{"services": []string{"sampled"}}, &said); err != nil {
			return s, err
		}
		if all := said.Services[0].Deployments; len(all) == 1 {
			running = all[0].RunningCount
		}
		if err := rest(ctx, 200*time.Millisecond); err != nil {
			return s, err
		}
	}
	if err := t.settle(ctx); err != nil {
		return s, err
	}
	if err := rest(ctx, settleTime); err != nil {
		return s, err
	}
	return shareOf(ctx, t.emulator.cmd.Process.Pid, time.Minute)
}

// cpuShare is CPU time in per cent of a CPU: of the emulator and of the engine.
type cpuShare struct{ own, engine float64 }

// shareOf is that in the time that follows.
func shareOf(ctx context.Context, pid int, d time.Duration) (s cpuShare, err error) {
	began, own, engine := time.Now(), processusage.CPU(pid), processusage.Engine()
	if err := rest(ctx, d); err != nil {
		return s, err
	}
	share := func(used time.Duration) float64 { return 100 * used.Seconds() / time.Since(began).Seconds() }
	return cpuShare{share(processusage.CPU(pid) - own), share(processusage.Engine().Since(engine))}, nil
}
