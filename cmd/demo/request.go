package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// request sends each task of the service a request, at its own address where that
// can be reached from here and else at the emulator's port for it.
func (d *demo) request(ctx context.Context) error {
	d.heading("HTTP requests to the service")
	seen, err := d.seen(ctx)
	if err != nil {
		return err
	}
	for _, task := range d.watch.last.serving() {
		id := path.Base(*task.TaskArn)
		addresses := []string{net.JoinHostPort(detail(task, "privateIPv4Address"), fmt.Sprint(port)), seen[id].address}
		if d.docker == nil {
			addresses = addresses[1:] // a simulated address leads nowhere
		}
		if err := d.requestOne(ctx, id, detail(task, "privateDnsName"), addresses); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) requestOne(ctx context.Context, id, hostname string, addresses []string) error {
	var problem error
	for _, address := range addresses {
		status, body, answerer, err := get(ctx, address)
		if err != nil {
			problem = err
			continue
		}
		if status != http.StatusOK || body != "hello" || answerer != hostname {
			return fmt.Errorf("http://%s/ answers %d %q from %q, want 200 \"hello\" from %q", address, status, body, answerer, hostname)
		}
		d.say("GET http://%s/ → %d %q from %s, task %s", address, status, body, answerer, short(id))
		return nil
	}
	return fmt.Errorf("task %s cannot be reached: %w", short(id), problem)
}

func get(ctx context.Context, address string) (status int, body, hostname string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		return 0, "", "", err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4096))
	return answer.StatusCode, string(text), answer.Header.Get("X-Hostname"), err
}

// seenTask is a task as the emulator's engine sees it.
type seenTask struct {
	container string // the engine's id of its last one
	address   string // on the loopback, and leads to it
}

// seen are the tasks that have not stopped, by their ids.
func (d *demo) seen(ctx context.Context) (map[string]seenTask, error) {
	var answer struct {
		Tasks []struct {
			ID         string
			Containers []struct {
				EngineID string
				Ports    []struct{ Address string }
			}
		}
	}
	if err := d.emulator.get(ctx, "/_emulator/tasks", &answer); err != nil {
		return nil, fmt.Errorf("ask for the tasks on the engine: %w", err)
	}
	seen := map[string]seenTask{}
	for _, task := range answer.Tasks {
		for _, container := range task.Containers {
			here := seenTask{container: container.EngineID}
			for _, port := range container.Ports {
				here.address = port.Address
			}
			seen[task.ID] = here
		}
	}
	return seen, nil
}

// kill ends a container behind the emulator's back and waits for the replacement.
func (d *demo) kill(ctx context.Context) error {
	d.heading("A task dies and is replaced")
	victim := d.watch.last.serving()[0]
	id := path.Base(*victim.TaskArn)
	if err := d.killOne(ctx, victim); err != nil {
		return err
	}
	if err := d.watch.until(ctx, "the replacement", func(now view) bool {
		return now.status(id) == "STOPPED" && len(now.serving()) == copies
	}); err != nil {
		return err
	}
	stopped := d.watch.last.tasks[id]
	want := types.TaskStopCodeEssentialContainerExited
	if d.docker == nil {
		want = types.TaskStopCodeUserInitiated
	}
	if stopped.StopCode != want {
		return fmt.Errorf("task %s stopped with %s, want %s", short(id), stopped.StopCode, want)
	}
	d.say("Task %s stopped with %s: %s", short(id), stopped.StopCode, aws.ToString(stopped.StoppedReason))
	return nil
}

func (d *demo) killOne(ctx context.Context, task types.Task) error {
	id := path.Base(*task.TaskArn)
	if d.docker == nil {
		d.say("StopTask %s", short(id))
		_, err := d.client.StopTask(ctx, &ecs.StopTaskInput{Cluster: aws.String(cluster), Task: aws.String(id)})
		return err
	}
	seen, err := d.seen(ctx)
	if err != nil {
		return err
	}
	container := seen[id].container
	if container == "" {
		return fmt.Errorf("task %s has no container", short(id))
	}
	if d.owner, err = d.docker.owner(ctx, container); err != nil {
		return err
	}
	d.say("docker kill %s, the container of task %s", container[:12], short(id))
	_, err = d.docker.run(ctx, nil, "kill", container)
	return err
}

// detail is a member of the task's network interface.
func detail(task types.Task, name string) string {
	for _, attachment := range task.Attachments {
		for _, d := range attachment.Details {
			if aws.ToString(d.Name) == name {
				return aws.ToString(d.Value)
			}
		}
	}
	return ""
}
