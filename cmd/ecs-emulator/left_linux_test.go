package main

import (
	"context"
	"testing"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// leftOf names what the engine has of an emulator by its kind: containers, networks and volumes.
func leftOf(t *testing.T, owner string) (names []string) {
	t.Helper()
	cli, ctx, of := dockertest.Client(t), context.WithoutCancel(t.Context()), make(client.Filters).Add("label", "ecs-emulator.owner="+owner)
	containers, err := cli.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: of})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range containers.Items {
		kind := c.Labels["ecs-emulator.kind"]
		if c.Labels["ecs-emulator.load-balancer"] != "" {
			kind = "load balancer's " + kind
		}
		names = append(names, kind+" "+c.Names[0])
	}
	networks, err := cli.NetworkList(ctx, client.NetworkListOptions{Filters: of})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range networks.Items {
		names = append(names, "network "+n.Name)
	}
	volumes, err := cli.VolumeList(ctx, client.VolumeListOptions{Filters: of})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range volumes.Items {
		names = append(names, "volume "+v.Name)
	}
	return names
}

// engineOwner is how the engine names the emulator that has a task.
func engineOwner(t *testing.T, taskARN string) string {
	t.Helper()
	list, err := dockertest.Client(t).ContainerList(context.WithoutCancel(t.Context()), client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("label", "com.amazonaws.ecs.task-arn="+taskARN),
	})
	if err != nil || len(list.Items) == 0 {
		t.Fatalf("the task has no container: %v", err)
	}
	return list.Items[0].Labels["ecs-emulator.owner"]
}
