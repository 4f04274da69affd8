package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// listTasks prints the ARNs of the tasks that the SDK finds, with nothing set but what the
// environment has.
func listTasks([]string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	out, err := ecs.NewFromConfig(settings).ListTasks(ctx, &ecs.ListTasksInput{})
	if err != nil {
		return err
	}
	for _, task := range out.TaskArns {
		fmt.Println(task)
	}
	return nil
}
