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
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

const (
	serviceName = "web"
	tasks       = 2
	pause       = 5 * time.Second
)

// ask finds the tasks of the service and sends each a request, again and again. Where there are none it has the service run
// tasks, as its image has been pushed by now. Nothing in it knows of the emulator: the endpoint comes from AWS_ENDPOINT_URL.
func ask(ctx context.Context) error {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("read AWS configuration: %w", err)
	}
	client := ecs.NewFromConfig(cfg)
	for ctx.Err() == nil {
		if err := askOnce(ctx, client); err != nil {
			fmt.Println("not yet:", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return nil
}

func askOnce(ctx context.Context, client *ecs.Client) error {
	list, err := client.ListTasks(ctx, &ecs.ListTasksInput{ServiceName: aws.String(serviceName)})
	if err != nil {
		return err
	}
	if len(list.TaskArns) == 0 {
		fmt.Printf("service %s has no tasks: it is to run %d\n", serviceName, tasks)
		_, err := client.UpdateService(ctx, &ecs.UpdateServiceInput{Service: aws.String(serviceName), DesiredCount: aws.Int32(tasks)})
		return err
	}
	described, err := client.DescribeTasks(ctx, &ecs.DescribeTasksInput{Tasks: list.TaskArns})
	if err != nil {
		return err
	}
	for _, task := range described.Tasks {
		id, ip := path.Base(aws.ToString(task.TaskArn)), address(task)
		if aws.ToString(task.LastStatus) != "RUNNING" || ip == "" {
			fmt.Printf("task %s is %s\n", id, aws.ToString(task.LastStatus))
			continue
		}
		answer, err := get(ctx, ip)
		if err != nil {
			return err
		}
		fmt.Printf("task %s at %s answers: %s\n", id, ip, answer)
	}
	return nil
}

// address is the task's own, which all its containers share.
func address(task types.Task) string {
	for _, container := range task.Containers {
		for _, nic := range container.NetworkInterfaces {
			return aws.ToString(nic.PrivateIpv4Address)
		}
	}
	return ""
}

func get(ctx context.Context, host string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/", nil)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4096))
	if err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("status %s", answer.Status)
	}
	return string(text), nil
}
