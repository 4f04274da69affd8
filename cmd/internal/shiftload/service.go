package shiftload

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// atOnce is how many clients ask at the same time.
const atOnce = 8

// each calls do for 0 to n-1, several at once.
func each(n int, do func(i int) error) error {
	var (
		clients sync.WaitGroup
		mu      sync.Mutex
		errs    []error
	)
	for client := range atOnce {
		clients.Go(func() {
			for i := client; i < n; i += atOnce {
				if err := do(i); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
					return
				}
			}
		})
	}
	clients.Wait()
	return errors.Join(errs...)
}

func name(i int) string { return fmt.Sprintf("shop-%d", i) }

// register makes the task definition of all services; its tasks answer on their port on the simulated engine.
func (c *Client) register() error {
	return c.ecs("RegisterTaskDefinition", map[string]any{
		"family": family, "networkMode": "awsvpc", "requiresCompatibilities": []string{"FARGATE"}, "cpu": "256", "memory": "512",
		"containerDefinitions": []any{map[string]any{
			"name": container, "image": "shop/web:1.4.2", "essential": true, "portMappings": []any{map[string]any{"containerPort": port}},
		}},
	}, nil)
}

// createService makes a service that shifts traffic, where there is a front, or none, as its deployment configuration says.
func (c *Client) createService(n network, i, tasks int, f *front, configuration map[string]any) error {
	in := map[string]any{
		"cluster": cluster, "serviceName": name(i), "taskDefinition": family, "desiredCount": tasks, "launchType": "FARGATE",
		"networkConfiguration": n.configuration(), "deploymentConfiguration": configuration,
	}
	if f != nil {
		in["loadBalancers"] = []any{map[string]any{
			"targetGroupArn": f.groups[0], "containerName": container, "containerPort": port,
			"advancedConfiguration": map[string]any{
				"alternateTargetGroupArn": f.groups[1], "productionListenerRule": f.rule, "roleArn": "arn:aws:iam::000000000000:role/ecs",
			},
		}}
	}
	return c.ecs("CreateService", in, nil)
}

// update deploys anew.
func (c *Client) update(i int, configuration map[string]any) error {
	in := map[string]any{"cluster": cluster, "service": name(i), "forceNewDeployment": true}
	if configuration != nil {
		in["deploymentConfiguration"] = configuration
	}
	return c.ecs("UpdateService", in, nil)
}

type service struct {
	Deployments []struct {
		RolloutState string `json:"rolloutState"`
		Running      int    `json:"runningCount"`
	} `json:"deployments"`
}

// awaitSteady waits until each of the services has one deployment, which is complete, and advances the clock meanwhile:
// what deployments wait for shall not count, but the work.
func (c *Client) awaitSteady(ctx context.Context, services, tasks int) error {
	const page = 10
	for from := 0; from < services; from += page {
		var names []string
		for i := from; i < min(from+page, services); i++ {
			names = append(names, name(i))
		}
		err := await(ctx, "services are steady", lookEvery, func() (bool, error) {
			if steady, err := c.steady(names, tasks); steady || err != nil {
				return steady, err
			}
			return false, c.advance(10 * time.Second)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) steady(names []string, tasks int) (bool, error) {
	var found struct {
		Services []service `json:"services"`
	}
	if err := c.ecs("DescribeServices", map[string]any{"cluster": cluster, "services": names}, &found); err != nil {
		return false, err
	}
	for _, s := range found.Services {
		if len(s.Deployments) != 1 || s.Deployments[0].RolloutState != "COMPLETED" || s.Deployments[0].Running != tasks {
			return false, nil
		}
	}
	return true, nil
}
