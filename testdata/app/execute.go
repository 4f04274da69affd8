package main

import (
	"context"
	"encoding/json"
	"os"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// execute has AWS's session-manager-plugin, which the image has, use the answer of ExecuteCommand. It is
// told what the AWS CLI tells it. Source: spec/runtime.md G.3.
func execute(args []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	out, err := ecs.NewFromConfig(settings).ExecuteCommand(ctx, &ecs.ExecuteCommandInput{Task: &args[0], Command: &args[1], Interactive: true})
	if err != nil {
		return err
	}
	session, err := json.Marshal(map[string]string{
		"sessionId": aws.ToString(out.Session.SessionId), "streamUrl": aws.ToString(out.Session.StreamUrl), "tokenValue": aws.ToString(out.Session.TokenValue),
	})
	if err != nil {
		return err
	}
	const plugin = "/session-manager-plugin"
	return syscall.Exec(plugin, []string{plugin, string(session), settings.Region, "StartSession", "", `{"Target":"ecs:c_t_r"}`, os.Getenv("AWS_ENDPOINT_URL")}, os.Environ())
}
