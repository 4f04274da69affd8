package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/requestload"
)

// requestCase is an operation whose cost is measured.
type requestCase struct {
	name string
	goal goal // with many clients
	// prepare brings a fresh emulator to the point where the request works, and
	// returns the request.
	prepare func(ctx context.Context, c *rawhttp.Connection) ([]byte, error)
	// makes is how many things one round may make, by a request each. They are
	// removed after the round. 0 is a request that makes nothing.
	makes int
	// settled, if there is one, waits until what a round made has come to rest.
	settled func(ctx context.Context, c *rawhttp.Connection, made int) error
}

// mostTasks fit into one subnet, which is where a task goes that is run alone.
const mostTasks = 3000

var requestCases = []requestCase{
	{name: "DescribeTasks of 1", prepare: describeTasks(1)},
	{name: "DescribeTasks of 100", goal: atLeast(0.75), prepare: describeTasks(100)},
	{name: "DescribeSubnets of 6", goal: atLeast(0.5), prepare: describeSubnets},
	{name: "RegisterTaskDefinition", goal: atLeast(0.55), prepare: registerTaskDefinition, makes: 100_000},
	{name: "RunTask", goal: atLeast(0.35), prepare: runTask(0), makes: mostTasks, settled: awaitMore(0)},
	{name: "RunTask beside 5000 tasks", goal: atLeast(0.35), prepare: runTask(5000), makes: mostTasks, settled: awaitMore(5000)},
}

func describeTasks(n int) func(ctx context.Context, c *rawhttp.Connection) ([]byte, error) {
	return func(ctx context.Context, c *rawhttp.Connection) ([]byte, error) {
		if err := c.Call("RegisterTaskDefinition", json.RawMessage(webTaskDefinition()), nil); err != nil {
			return nil, err
		}
		network, err := networkOf(c)
		if err != nil {
			return nil, err
		}
		var arns []string
		for len(arns) < n {
			var made taskList
			if err := c.Call("RunTask", runTaskInput(min(10, n-len(arns)), network), &made); err != nil {
				return nil, err
			}
			arns = append(arns, made.arns()...)
		}
		if err := awaitCluster(ctx, c, n); err != nil {
			return nil, err
		}
		payload, err := json.Marshal(map[string]any{"cluster": cluster, "tasks": arns})
		return rawhttp.Operation("DescribeTasks", payload), err
	}
}

// describeSubnets asks for the three subnets of the default VPC and for three more by id.
func describeSubnets(_ context.Context, c *rawhttp.Connection) ([]byte, error) {
	request := rawhttp.Query("Action=DescribeSubnets&Filter.1.Name=subnet-id&Filter.1.Value.1=subnet-0ec5e3*&Filter.1.Value.2=subnet-0000000a" +
		"&Filter.1.Value.3=subnet-0000000b&Filter.1.Value.4=subnet-0000000c&Version=2016-11-15")
	_, body, err := c.Fetch(request)
	if n := bytes.Count(body, []byte("<subnetId>")); err == nil && n != 6 {
		return nil, fmt.Errorf("%d subnets: %s", n, body)
	}
	return request, err
}

func registerTaskDefinition(context.Context, *rawhttp.Connection) ([]byte, error) {
	return rawhttp.Operation("RegisterTaskDefinition", []byte(webTaskDefinition())), nil
}

// runTask runs tasks in one subnet, beside others in all of them.
func runTask(others int) func(ctx context.Context, c *rawhttp.Connection) ([]byte, error) {
	return func(ctx context.Context, c *rawhttp.Connection) ([]byte, error) {
		if others > 0 {
			if err := createServices(c, 5, others); err != nil {
				return nil, err
			}
			if err := awaitCluster(ctx, c, others); err != nil {
				return nil, err
			}
		}
		if err := c.Call("RegisterTaskDefinition", json.RawMessage(webTaskDefinition()), nil); err != nil {
			return nil, err
		}
		network, err := networkOf(c)
		if err != nil {
			return nil, err
		}
		in := runTaskInput(1, network)
		in["clientToken"] = string(requestload.Token) // the SDKs always send one
		payload, err := json.Marshal(in)
		return rawhttp.Operation("RunTask", payload), err
	}
}

// awaitMore waits until what has been made runs, beside others.
func awaitMore(others int) func(ctx context.Context, c *rawhttp.Connection, made int) error {
	return func(ctx context.Context, c *rawhttp.Connection, made int) error {
		return awaitCluster(ctx, c, others+made)
	}
}
