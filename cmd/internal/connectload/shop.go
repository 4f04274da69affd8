// Package connectload has services on an emulator find each other by DNS and by Service Connect, and tells how fast that
// goes. It asks by HTTP, as clients do. Tasks on Docker are of the image of cmd/bench/loader.
package connectload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
)

const (
	namespace = "shop.local"
	alias     = "api:80"
	patience  = 3 * time.Minute
	// lookEvery is how often a figure is looked at that takes milliseconds.
	lookEvery = 2 * time.Millisecond
)

// Shop is an emulator with a private namespace. Make one with Open.
type Shop struct {
	endpoint string
	c        *rawhttp.Connection
	network  map[string]any
	id       string // of the namespace

	image, cpu, memory string // of a task
}

// Open makes the namespace, and a task definition, on the emulator at an address. CPU units are of each task.
func Open(ctx context.Context, address, image, cpu, memory string) (*Shop, error) {
	c, err := rawhttp.Connect(ctx, address)
	if err != nil {
		return nil, err
	}
	s := &Shop{endpoint: address, c: c, image: image, cpu: cpu, memory: memory}
	if err := s.prepare(ctx); err != nil {
		c.Close()
		return nil, err
	}
	return s, nil
}

// Close ends the connection; what has been made goes with the emulator.
func (s *Shop) Close() { s.c.Close() }

func (s *Shop) prepare(ctx context.Context) error {
	var health struct {
		Network struct {
			VPC     string `json:"vpc"`
			Subnets []struct {
				ID string `json:"id"`
			} `json:"subnets"`
			SecurityGroup string `json:"securityGroup"`
		} `json:"network"`
	}
	if err := s.get("/_emulator/health", &health); err != nil {
		return err
	}
	if len(health.Network.Subnets) == 0 {
		return errors.New("the default VPC has no subnet")
	}
	s.network = map[string]any{"awsvpcConfiguration": map[string]any{
		"subnets": []string{health.Network.Subnets[0].ID}, "securityGroups": []string{health.Network.SecurityGroup},
	}}
	if err := s.register("loader"); err != nil {
		return err
	}
	if err := s.cloudMap("CreatePrivateDnsNamespace", map[string]any{"Name": namespace, "Vpc": health.Network.VPC}, nil); err != nil {
		return err
	}
	return await(ctx, "the namespace is there", func() (bool, error) {
		var found struct {
			Namespaces []struct{ Id, Name string }
		}
		err := s.cloudMap("ListNamespaces", map[string]any{}, &found)
		for _, n := range found.Namespaces {
			if n.Name == namespace {
				s.id = n.Id
			}
		}
		return s.id != "", err
	})
}

// register makes a task definition of the application, and of other containers beside it.
func (s *Shop) register(family string, beside ...map[string]any) error {
	app := map[string]any{
		"name": "app", "image": s.image,
		"portMappings": []any{map[string]any{"name": "http", "containerPort": 8080, "appProtocol": "http"}},
	}
	return s.c.Call("RegisterTaskDefinition", map[string]any{
		"family": family, "networkMode": "awsvpc", "requiresCompatibilities": []string{"FARGATE"}, "cpu": s.cpu, "memory": s.memory,
		"containerDefinitions": append([]map[string]any{app}, beside...),
	}, nil)
}

// proxy is a container with the standard library's proxy, which passes requests to an address on.
func (s *Shop) proxy(to string) map[string]any {
	return map[string]any{"name": "proxy", "image": s.image, "command": []string{"proxy", to}}
}

// cloudMap calls an operation of AWS Cloud Map, and decodes its answer into out, unless that is nil.
func (s *Shop) cloudMap(operation string, in, out any) error {
	payload, err := json.Marshal(in)
	if err != nil {
		return err
	}
	_, body, err := s.c.Fetch(rawhttp.Signed("servicediscovery", payload,
		"Content-Type: application/x-amz-json-1.1", "X-Amz-Target: Route53AutoNaming_v20170314."+operation))
	if err != nil {
		return fmt.Errorf("%s %w", operation, err)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(body, out)
}

// get reads what the emulator itself tells, which may be long and so comes without a length.
func (s *Shop) get(path string, out any) error {
	answer, err := http.Get("http://" + s.endpoint + path)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered with status %d", path, answer.StatusCode)
	}
	return json.NewDecoder(answer.Body).Decode(out)
}

// await looks again and again until done.
func await(ctx context.Context, what string, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-time.After(lookEvery):
		case <-ctx.Done():
			return fmt.Errorf("await that %s: %w", what, ctx.Err())
		}
	}
}
