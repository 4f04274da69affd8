package connectload

import (
	"context"
	"fmt"
	"time"
)

// kind is what a service has of Service Connect.
type kind string

const (
	plain  kind = "plain"  // nothing
	client kind = "client" // it calls others
	server kind = "server" // others call it, as the alias says
)

// createService makes a service of so many tasks of the application alone, and returns when they run.
func (s *Shop) createService(ctx context.Context, name string, of kind, tasks int) error {
	return s.createServiceOf(ctx, "loader", name, of, tasks)
}

func (s *Shop) createServiceOf(ctx context.Context, family, name string, of kind, tasks int) error {
	in := map[string]any{
		"serviceName": name, "taskDefinition": family, "desiredCount": tasks, "launchType": "FARGATE", "networkConfiguration": s.network,
	}
	connect := map[string]any{"enabled": true, "namespace": namespace}
	if of == server {
		connect["services"] = []any{map[string]any{
			"portName": "http", "discoveryName": name, "clientAliases": []any{map[string]any{"port": 80, "dnsName": "api"}},
		}}
	}
	if of != plain {
		in["serviceConnectConfiguration"] = connect
	}
	if err := s.c.Call("CreateService", in, nil); err != nil {
		return err
	}
	return s.awaitRunning(ctx, name, tasks)
}

// scale has a service have so many tasks. It does not wait.
func (s *Shop) scale(name string, tasks int) error {
	return s.c.Call("UpdateService", map[string]any{"service": name, "desiredCount": tasks}, nil)
}

// awaitRunning returns when a service has so many tasks that run, and no others.
func (s *Shop) awaitRunning(ctx context.Context, name string, tasks int) error {
	return await(ctx, fmt.Sprintf("%d tasks of %s run", tasks, name), func() (bool, error) {
		var found struct {
			Services []struct {
				Running int `json:"runningCount"`
				Pending int `json:"pendingCount"`
			} `json:"services"`
		}
		err := s.c.Call("DescribeServices", map[string]any{"services": []string{name}}, &found)
		return len(found.Services) == 1 && found.Services[0].Running == tasks && found.Services[0].Pending == 0, err
	})
}

// task is one that has not stopped.
type task struct {
	ARN        string `json:"taskArn"`
	Group      string `json:"group"`
	LastStatus string `json:"lastStatus"`
	IP         string `json:"ip"`
	Containers []struct {
		Name     string `json:"name"`
		EngineID string `json:"engineId"`
	} `json:"containers"`
}

// tasks are the tasks of a service that have not stopped.
func (s *Shop) tasks(service string) (list []task, err error) {
	var shown struct {
		Tasks []task `json:"tasks"`
	}
	err = s.get("/_emulator/tasks", &shown)
	for _, t := range shown.Tasks {
		if t.Group == "service:"+service {
			list = append(list, t)
		}
	}
	return list, err
}

// address is the address of the one task of a service.
func (s *Shop) address(service string) (string, error) {
	list, err := s.tasks(service)
	if err == nil && len(list) != 1 {
		err = fmt.Errorf("service %s has %d tasks, not one", service, len(list))
	}
	if err != nil {
		return "", err
	}
	return list[0].IP, nil
}

// Starts are how long a service takes from UpdateService to a task that runs, without Service Connect and as a client
// of it, by turns, so many times.
func (s *Shop) Starts(ctx context.Context, times int, settle func(context.Context) error) (without, with []time.Duration, err error) {
	took := map[kind][]time.Duration{}
	for _, of := range []kind{plain, client} {
		if err := s.createService(ctx, "starts-"+string(of), of, 0); err != nil {
			return nil, nil, err
		}
	}
	for range times {
		for _, of := range []kind{plain, client} {
			if err := settle(ctx); err != nil {
				return nil, nil, err
			}
			one, err := s.start(ctx, "starts-"+string(of))
			if err != nil {
				return nil, nil, err
			}
			took[of] = append(took[of], one)
		}
	}
	return took[plain], took[client], nil
}

// start has a service without tasks have one for a moment.
func (s *Shop) start(ctx context.Context, service string) (took time.Duration, err error) {
	began := time.Now()
	if err := s.scale(service, 1); err != nil {
		return 0, err
	}
	if err := s.awaitRunning(ctx, service, 1); err != nil {
		return 0, err
	}
	took = time.Since(began)
	if err := s.scale(service, 0); err != nil {
		return 0, err
	}
	return took, await(ctx, "the task has stopped", func() (bool, error) {
		left, err := s.tasks(service)
		return len(left) == 0, err
	})
}
