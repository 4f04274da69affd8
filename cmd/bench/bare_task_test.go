package main

import (
	"testing"

	"github.com/moby/moby/api/types/container"
)

func inspected(id string, mode, parent string) container.InspectResponse {
	return container.InspectResponse{
		ID: id,
		HostConfig: &container.HostConfig{
			NetworkMode: container.NetworkMode(mode),
			Resources:   container.Resources{CgroupParent: parent, Memory: 512 << 20},
		},
		Config: &container.Config{Image: "app", Hostname: "ip-172-31-0-4", Labels: map[string]string{
			"com.amazonaws.ecs.cluster": "default", "ecs-emulator.owner": "another",
		}},
	}
}

func TestBareTaskRepeatsATaskInASandboxOfItsOwn(t *testing.T) {
	b := &bareTasks{
		run:     "r",
		sandbox: inspected("old", "vpc", "/docker"),
		apps:    []container.InspectResponse{inspected("app", "container:old", "/docker/old")},
	}
	app := b.request(b.apps[0], "new")
	if app.HostConfig.NetworkMode != "container:new" || app.HostConfig.CgroupParent != "/docker/new" || app.HostConfig.Memory != 512<<20 {
		t.Errorf("the container's host configuration is %+v", app.HostConfig)
	}
	if app.Config.Hostname != "" {
		t.Error("a container in a sandbox cannot have a host name")
	}
	if _, owned := app.Config.Labels["ecs-emulator.owner"]; owned || app.Config.Labels[benchLabel] != "r" || app.Config.Labels["com.amazonaws.ecs.cluster"] == "" {
		t.Errorf("labels %v", app.Config.Labels)
	}
	sandbox := b.request(b.sandbox, "old")
	if sandbox.Config.Hostname == "" || sandbox.NetworkingConfig.EndpointsConfig["vpc"] == nil {
		t.Errorf("the sandbox is not in the network: %+v", sandbox.NetworkingConfig)
	}
	if b.apps[0].HostConfig.CgroupParent != "/docker/old" || b.apps[0].Config.Labels["ecs-emulator.owner"] == "" {
		t.Error("what was read back has changed")
	}
}
