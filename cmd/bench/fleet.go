package main

import (
	"context"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/heap"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// instances is how many there are in the rows about many tasks.
const instances = 1000

// fleetCases are figures of an emulator with a thousand container instances.
var fleetCases = []embeddedCase{
	{"1000 tasks to RUNNING on 1000 instances", "fleet", atMost(200, " ms"), func(b *bench) int { return b.rounds }},
	{"heap of 1000 instances with 10000 tasks", "fleet-heap", atMost(80, " MiB"), func(*bench) int { return 1 }},
}

// timeFleet prints how many milliseconds a service takes to a task on each of the
// instances.
func timeFleet([]string) error {
	return embedded(func(srv *emulator.Server, c *rawhttp.Connection) (float64, error) {
		if err := addInstances(context.Background(), srv, instances); err != nil {
			return 0, err
		}
		began := time.Now()
		err := createSpreadServices(c, 1, instances)
		return milliseconds(time.Since(began)), err
	})
}

// weighFleet prints how many MiB of heap the instances take with ten tasks on each.
func weighFleet([]string) error {
	return embedded(func(srv *emulator.Server, c *rawhttp.Connection) (float64, error) {
		before := heap.Live()
		if err := addInstances(context.Background(), srv, instances); err != nil {
			return 0, err
		}
		err := createSpreadServices(c, 2, 10*instances)
		return float64(heap.Live()-before) / (1 << 20), err
	})
}

func addInstances(ctx context.Context, srv *emulator.Server, n int) error {
	_, err := srv.AddInstances(ctx, emulator.Instances{Cluster: cluster, InstanceType: "m5.large", Count: n})
	return err
}

// createSpreadServices makes services in bridge mode, with dynamic host ports, spread over
// zones and instances, and returns when all their tasks run.
func createSpreadServices(c *rawhttp.Connection, services, tasks int) error {
	definition := map[string]any{
		"family": family, "networkMode": "bridge",
		"containerDefinitions": []any{map[string]any{
			"name": "web", "image": "shop/web:1.4.2", "cpu": 64, "memory": 64,
			"portMappings": []any{map[string]any{"containerPort": 80}},
		}},
	}
	if err := c.Call("RegisterTaskDefinition", definition, nil); err != nil {
		return err
	}
	for i := range services {
		service := map[string]any{
			"cluster": cluster, "serviceName": serviceName(i), "taskDefinition": family, "desiredCount": tasks / services, "launchType": "EC2",
			"placementStrategy": []any{
				map[string]any{"type": "spread", "field": "attribute:ecs.availability-zone"},
				map[string]any{"type": "spread", "field": "instanceId"},
			},
		}
		if err := c.Call("CreateService", service, nil); err != nil {
			return fmt.Errorf("service on container instances: %w", err)
		}
	}
	return awaitCluster(context.Background(), c, tasks)
}
