package main

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processusage"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// measureTargets is what a target costs in a forced deployment of its service, among so many and
// among a tenth as many: CPU time, with the client's, on the simulated engine.
func (b *bench) measureTargets(ctx context.Context) error {
	const few, many = 200, 2000
	name := fmt.Sprintf("a target's share of a forced deployment, of %d", many)
	if !b.wanted("balancer/" + name) {
		return nil
	}
	costs := map[int][]float64{}
	for range min(b.rounds, 3) {
		for _, targets := range []int{few, many} {
			cost, err := ownFigure("targets", strconv.Itoa(targets))
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			costs[targets] = append(costs[targets], cost)
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	each, before := median(costs[many]), median(costs[few])
	b.report.add(row{
		name: name + fmt.Sprintf(", beside one of %d", few), figure: fmt.Sprintf("%.0f us", each), reference: fmt.Sprintf("%.0f us", before),
		ratio: each / before, goal: atMost(2, ""),
	})
	return nil
}

// costOfTargets prints how many microseconds of CPU time each task takes in a forced deployment of
// a service of so many behind a load balancer.
func costOfTargets(args []string) error {
	if len(args) != 1 {
		return errors.New("targets: needs a number")
	}
	tasks, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	return embedded(func(_ *emulator.Server, c *rawhttp.Connection) (float64, error) {
		if err := createBalancedService(c, tasks); err != nil {
			return 0, err
		}
		if err := awaitDeployment(c, tasks); err != nil {
			return 0, err
		}
		before := processusage.CPU(os.Getpid())
		again := map[string]any{"cluster": cluster, "service": serviceName(0), "forceNewDeployment": true}
		if err := c.Call("UpdateService", again, nil); err != nil {
			return 0, err
		}
		err := awaitDeployment(c, tasks)
		return float64((processusage.CPU(os.Getpid()) - before).Microseconds()) / float64(tasks), err
	})
}

// createBalancedService makes a service whose tasks, which answer on port 80 on the simulated
// engine, are targets of a load balancer.
func createBalancedService(c *rawhttp.Connection, tasks int) error {
	network, err := networkOf(c)
	if err != nil {
		return err
	}
	lb := url.Values{"Name": {"web"}}
	for i, subnet := range network.subnets() {
		lb.Set(fmt.Sprintf("Subnets.member.%d", i+1), subnet)
	}
	loadBalancer, err := createELB(c, "CreateLoadBalancer", lb)
	if err != nil {
		return err
	}
	targetGroup, err := createELB(c, "CreateTargetGroup", url.Values{
		"Name": {"web"}, "Protocol": {"HTTP"}, "Port": {"80"}, "TargetType": {"ip"}, "VpcId": {loadBalancer.VPC},
	})
	if err != nil {
		return err
	}
	if _, err := createELB(c, "ModifyTargetGroupAttributes", url.Values{
		"TargetGroupArn": {targetGroup.TargetGroup}, "Attributes.member.1.Key": {"deregistration_delay.timeout_seconds"}, "Attributes.member.1.Value": {"0"},
	}); err != nil {
		return err
	}
	if _, err := createELB(c, "CreateListener", url.Values{
		"LoadBalancerArn": {loadBalancer.LoadBalancer}, "Protocol": {"HTTP"}, "Port": {"80"},
		"DefaultActions.member.1.Type": {"forward"}, "DefaultActions.member.1.TargetGroupArn": {targetGroup.TargetGroup},
	}); err != nil {
		return err
	}
	definition := plainTaskDefinition("nginx:latest")
	web := definition["containerDefinitions"].([]any)[0].(map[string]any)
	web["portMappings"] = []any{map[string]any{"containerPort": 80}}
	if err := c.Call("RegisterTaskDefinition", definition, nil); err != nil {
		return err
	}
	return c.Call("CreateService", map[string]any{
		"cluster": cluster, "serviceName": serviceName(0), "taskDefinition": family, "desiredCount": tasks, "launchType": "FARGATE",
		"networkConfiguration": network,
		"loadBalancers":        []any{map[string]any{"targetGroupArn": targetGroup.TargetGroup, "containerName": appName, "containerPort": 80}},
	}, nil)
}

// createdELB is what an answer of Elastic Load Balancing says of what has been made.
type createdELB struct {
	LoadBalancer string `xml:"CreateLoadBalancerResult>LoadBalancers>member>LoadBalancerArn"`
	VPC          string `xml:"CreateLoadBalancerResult>LoadBalancers>member>VpcId"`
	TargetGroup  string `xml:"CreateTargetGroupResult>TargetGroups>member>TargetGroupArn"`
}

func createELB(c *rawhttp.Connection, action string, in url.Values) (made createdELB, err error) {
	in.Set("Action", action)
	in.Set("Version", "2015-12-01")
	_, body, err := c.Fetch(rawhttp.Signed("elasticloadbalancing", []byte(in.Encode()), "Content-Type: application/x-www-form-urlencoded"))
	if err != nil {
		return made, fmt.Errorf("%s %w", action, err)
	}
	return made, xml.Unmarshal(body, &made)
}

// awaitDeployment waits until a deployment of so many tasks is the only one, and complete.
func awaitDeployment(c *rawhttp.Connection, tasks int) error {
	return until(context.Background(), "a deployment to complete", func() (bool, error) {
		var found struct {
			Services []struct {
				Deployments []struct {
					RunningCount int    `json:"runningCount"`
					RolloutState string `json:"rolloutState"`
				} `json:"deployments"`
			} `json:"services"`
		}
		if err := c.Call("DescribeServices", map[string]any{"cluster": cluster, "services": []string{serviceName(0)}}, &found); err != nil {
			return false, err
		}
		if len(found.Services) != 1 || len(found.Services[0].Deployments) != 1 {
			return false, nil
		}
		d := found.Services[0].Deployments[0]
		return d.RolloutState == "COMPLETED" && d.RunningCount == tasks, nil
	})
}
