package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os/exec"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

const service = "web"

// families are the short tasks, by what their container does.
var families = map[string][]string{
	"exits-0": {"exit", "0"}, "exits-3": {"exit", "3"}, "sleeps": {"sleep", "1"}, "prints": {"print", "100"},
	"stopped": {"sleep", "300"}, // by StopTask
}

var awsvpc = &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
	Subnets: []string{"subnet-0ec5e3a1a70000001", "subnet-0ec5e3a1a70000002", "subnet-0ec5e3a1a70000003"},
}}

func (w *soak) prepare(ctx context.Context) error {
	for family, command := range families {
		if err := w.register(ctx, family, command, nil); err != nil {
			return err
		}
	}
	var err error
	w.idle, err = w.emulator.goroutines(ctx)
	return err
}

func (w *soak) register(ctx context.Context, family string, command []string, check *types.HealthCheck) error {
	return w.insist(ctx, "register "+family, func() error {
		_, err := w.emulator.client.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
			Family: &family, NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
			RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
			Volumes:                 []types.Volume{{Name: aws.String("data")}},
			ContainerDefinitions: []types.ContainerDefinition{{
				Name: aws.String("app"), Image: &w.image, Command: command, HealthCheck: check, StopTimeout: aws.Int32(2),
				MountPoints: []types.MountPoint{{SourceVolume: aws.String("data"), ContainerPath: aws.String("/data")}},
			}},
		})
		return err
	})
}

// insist makes a request until it is answered: the emulator may be down. What it
// answers with an error has been refused.
func (w *soak) insist(ctx context.Context, what string, request func() error) error {
	return until(ctx, what, func() (bool, error) {
		err := request()
		var refused smithy.APIError
		if errors.As(err, &refused) && refused.ErrorFault() == smithy.FaultClient {
			return false, fmt.Errorf("%s: %w", what, err)
		}
		return err == nil, nil
	})
}

// round runs its tasks and a deployment, beside which the emulator or the engine may
// go down and come back, and waits until all of it has ended.
func (w *soak) round(ctx context.Context, round int, kill, restart bool) error {
	began := time.Now()
	delay := time.Duration(w.chance.IntN(4000)) * time.Millisecond
	var (
		work  sync.WaitGroup
		errs  = make([]error, 3)
		tasks []string
	)
	work.Go(func() { tasks, errs[0] = w.runTasks(ctx) })
	work.Go(func() { errs[1] = w.deploy(ctx, round) })
	work.Go(func() { errs[2] = w.disturb(ctx, delay, kill, restart) })
	work.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := w.awaitEnds(ctx, tasks); err != nil {
		return err
	}
	what := ""
	if kill {
		what += ", emulator killed"
	}
	if restart {
		what += ", engine restarted"
	}
	fmt.Printf("round %d: %d tasks and a deployment in %s%s\n", round+1, len(tasks), time.Since(began).Round(time.Second), what)
	return nil
}

func (w *soak) disturb(ctx context.Context, delay time.Duration, kill, restart bool) error {
	if err := pause.For(ctx, delay); err != nil {
		return err
	}
	if restart {
		if err := w.restartEngine(ctx); err != nil {
			return err
		}
	}
	if !kill {
		return nil
	}
	w.emulator.kill()
	return w.emulator.start(ctx)
}

func (w *soak) restartEngine(ctx context.Context) error {
	if text, err := exec.CommandContext(ctx, "sh", "-c", w.restart).CombinedOutput(); err != nil {
		return fmt.Errorf("restart the engine: %w: %s", err, text)
	}
	return until(ctx, "the engine to answer", func() (bool, error) {
		_, err := w.witness.docker.Ping(ctx, client.PingOptions{})
		return err == nil, nil
	})
}

// runTasks runs the round's tasks, ten with each request, and stops some. A request
// whose answer is lost is repeated with the same token.
func (w *soak) runTasks(ctx context.Context) (arns []string, err error) {
	names := []string{"exits-0", "exits-3", "sleeps", "prints", "stopped"}
	for i := 0; len(arns) < w.tasks; i++ {
		token, family := rand.Text(), names[i%len(names)]
		var made *ecs.RunTaskOutput
		err := w.insist(ctx, "run tasks", func() (err error) {
			made, err = w.emulator.client.RunTask(ctx, &ecs.RunTaskInput{
				TaskDefinition: &family, Count: aws.Int32(int32(min(10, w.tasks-len(arns)))), ClientToken: &token,
				LaunchType: types.LaunchTypeFargate, NetworkConfiguration: awsvpc,
			})
			return err
		})
		if err != nil {
			return arns, err
		}
		for _, t := range made.Tasks {
			arns = append(arns, *t.TaskArn)
			if family != "stopped" {
				continue
			}
			err := w.insist(ctx, "stop a task", func() error {
				_, err := w.emulator.client.StopTask(ctx, &ecs.StopTaskInput{Task: t.TaskArn})
				return err
			})
			if err != nil {
				return arns, err
			}
		}
	}
	return arns, nil
}

// deploy makes the service or updates it, and waits until the deployment is through.
func (w *soak) deploy(ctx context.Context, round int) error {
	check := &types.HealthCheck{Command: []string{"CMD", "/app", "check", "http://127.0.0.1:8080/"}, Interval: aws.Int32(5)}
	if err := w.register(ctx, service, []string{"serve", "8080", fmt.Sprint("round ", round)}, check); err != nil {
		return err
	}
	err := w.insist(ctx, "deploy", func() error {
		if round == 0 {
			_, err := w.emulator.client.CreateService(ctx, &ecs.CreateServiceInput{
				ServiceName: aws.String(service), TaskDefinition: aws.String(service), DesiredCount: aws.Int32(3),
				LaunchType: types.LaunchTypeFargate, NetworkConfiguration: awsvpc, ClientToken: aws.String("soak"),
			})
			return err
		}
		_, err := w.emulator.client.UpdateService(ctx, &ecs.UpdateServiceInput{
			Service: aws.String(service), TaskDefinition: aws.String(service),
		})
		return err
	})
	if err != nil {
		return err
	}
	return until(ctx, "the deployment", func() (bool, error) {
		out, err := w.emulator.client.DescribeServices(ctx, &ecs.DescribeServicesInput{Services: []string{service}})
		if err != nil || len(out.Services) != 1 {
			return false, nil
		}
		s := out.Services[0]
		return len(s.Deployments) == 1 && s.Deployments[0].RolloutState == types.DeploymentRolloutStateCompleted && s.RunningCount == 3, nil
	})
}
