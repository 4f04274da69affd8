package connectload

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	docker "github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processusage"
)

// Changed has so many proxies know an endpoint of two tasks, of which one stops, so many times. It tells how long each
// time it is from the change until the stopping task may be sent SIGTERM, which it is when all proxies have acknowledged
// that they send it nothing.
func (s *Shop) Changed(ctx context.Context, proxies, times int) (took []time.Duration, err error) {
	if err := s.createService(ctx, "changes", server, 2); err != nil {
		return nil, err
	}
	if err := s.createService(ctx, "knows", client, proxies); err != nil {
		return nil, err
	}
	for range times {
		running, err := s.tasks("changes")
		if err != nil {
			return took, err
		}
		began := time.Now()
		if err := s.scale("changes", 1); err != nil {
			return took, err
		}
		if err := s.awaitStopping(ctx, running); err != nil {
			return took, err
		}
		took = append(took, time.Since(began))
		if err := errors.Join(s.scale("changes", 2), s.awaitRunning(ctx, "changes", 2)); err != nil {
			return took, err
		}
	}
	return took, nil
}

// awaitStopping returns when one of the tasks is deregistered everywhere.
func (s *Shop) awaitStopping(ctx context.Context, list []task) error {
	var arns []string
	for _, t := range list {
		arns = append(arns, t.ARN)
	}
	return await(ctx, "a task is deregistered", func() (bool, error) {
		var found struct {
			Tasks []struct {
				LastStatus string `json:"lastStatus"`
			} `json:"tasks"`
		}
		err := s.c.Call("DescribeTasks", map[string]any{"tasks": arns}, &found)
		for _, t := range found.Tasks {
			switch t.LastStatus {
			case "STOPPING", "DEPROVISIONING", "STOPPED":
				return true, err
			}
		}
		return false, err
	})
}

// Idle is what proxies on Docker take that do nothing.
type Idle struct {
	Memory float64 // MiB, of the largest one
	CPU    float64 // per cent of a CPU, of all
}

// Idle watches all proxies for a while, of which there have to be so many at least. A machine that does not tell of their
// processes tells of no memory.
func (s *Shop) Idle(ctx context.Context, engine *docker.Client, least int, d time.Duration) (idle Idle, err error) {
	ids, err := s.proxies()
	if err == nil && len(ids) < least {
		err = fmt.Errorf("%d proxies, not %d", len(ids), least)
	}
	if err != nil {
		return idle, err
	}
	for _, id := range ids {
		found, err := engine.ContainerInspect(ctx, id, docker.ContainerInspectOptions{})
		if err != nil {
			return idle, err
		}
		if bytes, known := processusage.Memory(found.Container.State.Pid); known {
			idle.Memory = max(idle.Memory, float64(bytes)/(1<<20))
		}
	}
	before, began, err := cpu(ctx, engine, ids)
	if err != nil {
		return idle, err
	}
	select {
	case <-time.After(d):
	case <-ctx.Done():
		return idle, ctx.Err()
	}
	after, ended, err := cpu(ctx, engine, ids)
	idle.CPU = 100 * float64(after-before) / float64(ended.Sub(began))
	return idle, err
}

// proxies are the ids of the containers of those that know an endpoint, and of its own.
func (s *Shop) proxies() (ids []string, err error) {
	for _, service := range []string{"knows", "changes"} {
		list, err := s.tasks(service)
		if err != nil {
			return nil, err
		}
		for _, t := range list {
			for _, c := range t.Containers {
				if strings.HasPrefix(c.Name, "ecs-service-connect-") {
					ids = append(ids, c.EngineID)
				}
			}
		}
	}
	return ids, nil
}

// cpu is the CPU time that containers have used, and when that was.
func cpu(ctx context.Context, engine *docker.Client, ids []string) (used time.Duration, at time.Time, err error) {
	for _, id := range ids {
		one, err := containerCPU(ctx, engine, id)
		if err != nil {
			return 0, at, err
		}
		used += one
	}
	return used, time.Now(), nil
}
