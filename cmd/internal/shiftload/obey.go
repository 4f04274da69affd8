package shiftload

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Obey changes the weights of a load balancer before two tasks on Docker so many times, and tells how long each time it
// takes from the call until an answer comes from the other task. The image is that of testdata/app.
func (c *Client) Obey(ctx context.Context, image string, times int) (took []time.Duration, err error) {
	n, err := c.network()
	if err != nil {
		return nil, err
	}
	b, err := c.createBalancer(n, "shop")
	if err != nil {
		return nil, err
	}
	const listens = 31080
	f, err := c.createFront(b, "shop", listens)
	if err != nil {
		return nil, err
	}
	sides := [2]string{"blue", "green"}
	for i, side := range sides {
		address, err := c.serve(ctx, n, image, side)
		if err != nil {
			return nil, err
		}
		if err := c.elb("RegisterTargets", nil, "TargetGroupArn", f.groups[i], "Targets.member.1.Id", address); err != nil {
			return nil, err
		}
	}
	at, err := c.reached(ctx, b)
	if err != nil {
		return nil, err
	}
	for i := range times + 2 { // the first of each side waits for the check of its health
		to := i % 2
		weights := [2]int{}
		weights[to] = 100
		began := time.Now()
		if err := c.elb("ModifyListener", nil, append([]string{"ListenerArn", f.listener}, f.forward(weights)...)...); err != nil {
			return took, err
		}
		err := await(ctx, "the load balancer obeys", lookEvery, func() (bool, error) { return answer(at) == sides[to], nil })
		if err != nil {
			return took, err
		}
		if i >= 2 {
			took = append(took, time.Since(began))
		}
	}
	return took, nil
}

// serve runs a task that answers with a text, and returns its address.
func (c *Client) serve(ctx context.Context, n network, image, text string) (address string, err error) {
	type tasks struct {
		Tasks []struct {
			ARN         string `json:"taskArn"`
			LastStatus  string `json:"lastStatus"`
			Attachments []struct {
				Details []struct{ Name, Value string } `json:"details"`
			} `json:"attachments"`
		} `json:"tasks"`
	}
	if err := c.ecs("RegisterTaskDefinition", map[string]any{
		"family": text, "networkMode": "awsvpc", "requiresCompatibilities": []string{"FARGATE"}, "cpu": "256", "memory": "512",
		"containerDefinitions": []any{map[string]any{"name": container, "image": image, "command": []string{"bare", fmt.Sprint(port), text}}},
	}, nil); err != nil {
		return "", err
	}
	var run tasks
	if err := c.ecs("RunTask", map[string]any{
		"cluster": cluster, "taskDefinition": text, "launchType": "FARGATE", "networkConfiguration": n.configuration(),
	}, &run); err != nil {
		return "", err
	}
	return address, await(ctx, "a task runs", 20*lookEvery, func() (bool, error) {
		var found tasks
		if err := c.ecs("DescribeTasks", map[string]any{"cluster": cluster, "tasks": []string{run.Tasks[0].ARN}}, &found); err != nil {
			return false, err
		}
		for _, a := range found.Tasks[0].Attachments {
			for _, d := range a.Details {
				if d.Name == "privateIPv4Address" {
					address = d.Value
				}
			}
		}
		return found.Tasks[0].LastStatus == "RUNNING", nil
	})
}

// reached is where a load balancer's listener is reached from here.
func (c *Client) reached(ctx context.Context, b balancer) (at string, err error) {
	return at, await(ctx, "a load balancer is there", 20*lookEvery, func() (bool, error) {
		var found struct {
			LoadBalancers []struct {
				ARN       string `json:"loadBalancerArn"`
				Listeners []struct {
					LocalAddresses []string `json:"localAddresses"`
				} `json:"listeners"`
			} `json:"loadBalancers"`
		}
		if err := c.get("/_emulator/loadbalancers", &found); err != nil {
			return false, err
		}
		for _, l := range found.LoadBalancers {
			if l.ARN == b.arn && len(l.Listeners) > 0 && len(l.Listeners[0].LocalAddresses) > 0 {
				at = l.Listeners[0].LocalAddresses[0]
			}
		}
		return at != "", nil
	})
}

// answer is what a load balancer's client gets, empty if that is an error.
func answer(at string) string {
	request, err := http.NewRequest(http.MethodGet, "http://"+at+"/", nil)
	if err != nil {
		return ""
	}
	body, err := exchange(request)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(body))
}
