package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// portRow compares the way through an instance's host port with the one to an address of
// the task's own.
const portRow = "MiB/s of a bridge port, beside awsvpc"

// measurePort reads by turns from a bridge task, at a port of its container instance, and
// from an awsvpc task, at its own address.
func measurePort(ctx context.Context, b *bench) error {
	if !b.wanted("instances/" + portRow) {
		return nil
	}
	return b.withApp(ctx, func(cli *client.Client, image string) error { return b.comparePorts(ctx, cli.DaemonHost(), image) })
}

func (b *bench) comparePorts(ctx context.Context, engine, image string) (err error) {
	srv, c, err := startEmbedded(engine)
	if err != nil {
		return err
	}
	defer func() { c.Close(); err = errors.Join(err, srv.Close()) }()
	bridge, awsvpc, err := startServers(ctx, srv, c, image)
	if err != nil {
		return err
	}
	rates := map[string][]float64{}
	for round := range 2 * b.rounds {
		address := bridge
		if round%2 == 0 {
			address = awsvpc
		}
		rate, err := rawhttp.ReadZeros(ctx, address, patience, lookEvery)
		if errors.Is(err, context.DeadlineExceeded) {
			b.report.note("left out: the engine's addresses are not reached from here: " + err.Error())
			return nil
		}
		if err != nil {
			return err
		}
		rates[address] = append(rates[address], rate)
	}
	own, theirs := median(rates[bridge]), median(rates[awsvpc])
	b.report.add(row{
		name: portRow, figure: fmt.Sprintf("%.0f", own), reference: fmt.Sprintf("%.0f", theirs), ratio: own / theirs, goal: atLeast(0.7),
	})
	return nil
}

// startServers starts a task of each network mode on one container instance, and returns
// where they serve.
func startServers(ctx context.Context, srv *emulator.Server, c *rawhttp.Connection, image string) (bridge, awsvpc string, err error) {
	const containerPort, hostPort = 8080, 8081
	if err := addInstances(ctx, srv, 1); err != nil {
		return "", "", err
	}
	network, err := networkOf(c)
	if err != nil {
		return "", "", err
	}
	start := func(mode string, mapping map[string]any, network any) (string, error) {
		definition := map[string]any{"family": family, "networkMode": mode, "containerDefinitions": []any{map[string]any{
			"name": appName, "image": image, "command": []string{"serve", fmt.Sprint(containerPort)}, "cpu": 256, "memory": 256,
			"portMappings": []any{mapping},
		}}}
		if err := c.Call("RegisterTaskDefinition", definition, nil); err != nil {
			return "", err
		}
		request := map[string]any{"cluster": cluster, "taskDefinition": family, "launchType": "EC2"}
		if network != nil {
			request["networkConfiguration"] = network
		}
		return startServer(ctx, c, request)
	}
	if bridge, err = start("bridge", map[string]any{"containerPort": containerPort, "hostPort": hostPort}, nil); err != nil {
		return "", "", err
	}
	if awsvpc, err = start("awsvpc", map[string]any{"containerPort": containerPort}, network); err != nil {
		return "", "", err
	}
	return fmt.Sprintf("%s:%d", bridge, hostPort), fmt.Sprintf("%s:%d", awsvpc, containerPort), nil
}

// startServer runs a task and returns the address on which the emulator says that it is.
func startServer(ctx context.Context, c *rawhttp.Connection, request map[string]any) (ip string, err error) {
	var made taskList
	if err := c.Call("RunTask", request, &made); err != nil {
		return "", err
	}
	if len(made.Tasks) != 1 {
		return "", fmt.Errorf("RunTask made no task: %v", made.Failures)
	}
	err = until(ctx, "the server to run", func() (bool, error) {
		_, body, err := c.Fetch(rawhttp.Request(http.MethodGet, "/_emulator/tasks?task="+made.Tasks[0].TaskARN, nil))
		if err != nil {
			return false, err
		}
		var shown struct {
			Tasks []struct {
				LastStatus string `json:"lastStatus"`
				IP         string `json:"ip"`
			} `json:"tasks"`
		}
		if err := json.Unmarshal(body, &shown); err != nil {
			return false, err
		}
		if len(shown.Tasks) != 1 {
			return false, errors.New("the server has ended")
		}
		ip = shown.Tasks[0].IP
		return shown.Tasks[0].LastStatus == "RUNNING" && ip != "", nil
	})
	return ip, err
}
